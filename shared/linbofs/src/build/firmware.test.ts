import { array, assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chooseFirmware,
  editFirmwareList,
  type FoundFirmware,
  parseFirmwareList,
  whyNotFirmware,
} from './firmware.ts'

const folder = (...paths: (string | [string, string])[]) =>
  new Map(
    paths.map((one): [string, FoundFirmware] => {
      const [path, target] = typeof one === 'string' ? [one] : one
      return [path, { path, source: `/lib/firmware/${path}`, ...(target ? { target } : {}) }]
    }),
  )
const chosen = (word: string, files: Map<string, FoundFirmware>) => {
  const wanted = parseFirmwareList(word).wanted[0]
  return wanted ? chooseFirmware(wanted, files).map(({ path }) => path) : undefined
}

describe('the list of firmware', () => {
  it('has a file or folder per line, also as a path on the server, packed or not', () => {
    const text = '# x\n\niwlwifi-1.ucode\r\n/lib/firmware/rtl_nic/a.fw.zst # net\namdgpu/\n'
    expect(parseFirmwareList(text).wanted.map(({ name, base }) => [name, base])).toEqual([
      ['iwlwifi-1.ucode', 'iwlwifi-1.ucode'],
      ['rtl_nic/a.fw', 'a.fw'],
      ['amdgpu', 'amdgpu'],
    ])
  })

  it.each(['../x', '/etc/passwd', 'a b', '..', 'a//b', 'x/../y', ''])('has no %j', (name) => {
    expect(whyNotFirmware(name)).toMatch(/not the name/)
    expect(parseFirmwareList(name).wanted).toEqual([])
  })

  it('keeps comments and order when it is edited', () => {
    const text = '# Wi-Fi\nb.fw\n/lib/firmware/a.fw.zst # old card\n\n# end\n'
    expect(editFirmwareList(text, ['a.fw', 'c.fw'])).toBe(
      '# Wi-Fi\n/lib/firmware/a.fw.zst # old card\n\n# end\nc.fw\n',
    )
    expect(editFirmwareList('', [])).toBe('')
    expect(editFirmwareList('a.fw', [])).toBe('')
    expect(editFirmwareList(text, ['b.fw', 'a.fw'])).toBe(text)
  })

  it('names afterwards what it was told to, whatever it was before', () => {
    assert(
      property(string(), array(string()), (text, words) => {
        const names = [...new Set(words.filter((word) => !whyNotFirmware(word)))]
        const plain = names.filter((name) => !/\.(zst|xz)$/.test(name))
        const { wanted } = parseFirmwareList(editFirmwareList(text, plain))
        expect(wanted.map(({ name }) => name).sort()).toEqual(plain.sort())
      }),
    )
  })
})

describe('firmware that is chosen', () => {
  it('is the file of that path, before others of that name', () => {
    const files = folder('a/x.fw', 'b/x.fw', 'x.fw')
    expect(chosen('a/x.fw', files)).toEqual(['a/x.fw'])
    expect(chosen('x.fw', files)).toEqual(['x.fw'])
  })

  it('is found by its name alone, wherever it lies, packed or not', () => {
    expect(chosen('x.fw', folder('a/x.fw.zst', 'b/y.fw'))).toEqual(['a/x.fw.zst'])
    expect(chosen('other/x.fw', folder('a/x.fw'))).toEqual(['a/x.fw'])
  })

  it('goes where the kernel asks for it when it lies loose in a cache', () => {
    expect(chosen('rtl_nic/x.fw', folder('x.fw.zst'))).toEqual(['rtl_nic/x.fw.zst'])
  })

  it('is everything in a folder of that name', () => {
    expect(chosen('amdgpu', folder('amdgpu/a', 'amdgpu/sub/b', 'other/c'))).toEqual([
      ...['amdgpu/a', 'amdgpu/sub/b'],
    ])
  })

  it('brings what its links point to, and ends where links turn in a circle', () => {
    const files = folder(['a/link', '../b/next'], ['b/next', 'real'], 'b/real')
    expect(chosen('a/link', files)).toEqual(['a/link', 'b/next', 'b/real'])
    expect(chosen('x', folder(['x', 'y'], ['y', 'x']))?.[0]).toBe('x')
    expect(chosen('x', folder(['x', '../../../etc/shadow']))).toEqual(['x'])
  })

  it('is nothing when there is none', () => {
    expect(chosen('nowhere.fw', folder('a/x.fw'))).toEqual([])
  })
})
