import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderStartConf } from '@linbo/formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { testIo } from '../testing.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'linbo-cli-'))
})
afterEach(() => rm(directory, { recursive: true }))

const good = renderStartConf('uefi-windows', { group: 'lab' })
const broken = good.replace('Locale = de-de', 'Locale = de-de\nSchool = a$b')
const mendable = good
  .replaceAll('\n', '\r\n')
  .replace('DownloadType = torrent', 'DownloadType = Torrent')

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(directory, name)
  await writeFile(file, content)
  return file
}

async function check(words: string[], input = '') {
  const io = testIo({ LINBO_URL: 'http://127.0.0.1:1' }, input)
  return {
    code: await run(['group', 'check', ...words], io),
    out: io.printed(),
    err: io.complained(),
  }
}

describe('linbo group check', () => {
  it('has nothing to say about a good file', async () => {
    const file = await put('start.conf.lab', good)
    const done = await check([file])
    expect(done).toEqual({ code: 0, out: `${file}: nothing to complain about\n`, err: '' })
  })

  it('names file, line, column, severity and rule like a compiler, with exit code 1 for errors', async () => {
    const file = await put('start.conf.lab', broken)
    const { code, out } = await check([file])
    expect(code).toBe(1)
    expect(out).toBe(
      `${file}:11:10: error: School: $ would be interpreted by the client's shell [shell-character] → Remove it from the value.\n`,
    )
  })

  it('takes the group from the name of the file, or from --group', async () => {
    const file = await put('start.conf.room7', good)
    const { code, out } = await check([file])
    expect(code).toBe(0)
    expect(out).toContain('warning: Group is "lab" in the file of group room7 [group-differs]')
    expect((await check([file, '--group', 'lab'])).out).toContain('nothing to complain about')
  })

  it('checks several files, and prints JSON when asked', async () => {
    const files = [await put('start.conf.lab', good), await put('b.conf', broken)]
    const { code, out } = await check([...files, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject([
      { file: files[1], isFixed: false, code: 'shell-character', line: 11, severity: 'error' },
    ])
  })

  it('knows the disk and the firmware it is told', async () => {
    const file = await put('start.conf.lab', good)
    const small = await check([file, '--disk-size', '128GB'])
    expect(small.code).toBe(1)
    expect(small.out).toContain('[disk-too-small]')
    expect((await check([file, '--disk-size', '128G'])).out).toContain('nothing to complain')
    const uefi = await check([
      await put('b.conf', renderStartConf('bios-linux')),
      '--firmware',
      'uefi',
    ])
    expect(uefi.out).toContain('[efi-missing]')
  })

  it('sees whether the cache holds the images of a folder', async () => {
    const file = await put(
      'start.conf.lab',
      good.replace('Label = cache\nSize =', 'Label = cache\nSize = 2M'),
    )
    const images = join(directory, 'images')
    await mkdir(join(images, 'win11'), { recursive: true })
    await truncate(await put('images/win11/win11.qcow2', ''), 1024 ** 2)
    expect((await check([file, '--images', images])).out).toContain('nothing to complain about')
    await truncate(await put('images/win11/win11.qdiff', ''), 2 * 1024 ** 2)
    expect((await check([file, '--images', images])).out).toContain('[cache-too-small]')
    expect((await check([file, '--images', `${images}/none`])).err).toContain('cannot read')
  })

  it('mends what can be mended without asking, and says so', async () => {
    const file = await put('start.conf.lab', mendable)
    await chmod(file, 0o640)
    const link = join(directory, 'start.conf.link')
    await symlink(file, link)
    const { code, out } = await check([link, '--fix', '--group', 'lab'])
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        `${link}:1:1: fixed: lines end in CR LF, and the client would take the CR as part of the value [crlf]`,
        `${link}:8:16: fixed: DownloadType is "Torrent", which the client takes as rsync [download-type]\n`,
      ].join('\n'),
    })
    expect(await readFile(file, 'utf8')).toBe(good)
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
  })

  it('leaves alone what needs a decision', async () => {
    const file = await put('start.conf.lab', broken)
    expect((await check([file, '--fix'])).code).toBe(1)
    expect(await readFile(file, 'utf8')).toBe(broken)
  })

  it('keeps the bytes of a file that is not UTF-8', async () => {
    const latin = Buffer.from(`# f\u00fcr alle\n${good}`, 'latin1')
    const file = await put('start.conf.lab', Buffer.from(`# f\u00fcr alle\n${mendable}`, 'latin1'))
    await check([file, '--fix'])
    expect((await readFile(file)).equals(latin)).toBe(true)
  })

  it('reads what comes in, and prints it mended with --fix', async () => {
    const checked = await check(['-'], broken)
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/^-:11:10: error: School/)
    const mended = await check(['-', '--fix'], mendable)
    expect(mended.code).toBe(0)
    expect(mended.out).toBe(good)
    expect(mended.err).toContain('fixed: DownloadType')
  })

  it.each([
    [['x', '--disk-size', 'big'], '--disk-size big'],
    [['x', '--firmware', 'efi'], '--firmware efi'],
    [['-', '--fix', '--json'], '--fix prints'],
    [[], 'FILE'],
  ])('%j is a usage error', async (words, says) => {
    const { code, err } = await check(words)
    expect(code).toBe(2)
    expect(err).toContain(says)
  })

  it('says which file it cannot read', async () => {
    const { code, err } = await check([directory])
    expect(code).toBe(1)
    expect(err).toContain(`cannot read ${directory}`)
  })
})
