import { type CpioEntry, cpio } from '@linbo/boot/cpio'
import { listCpio } from '@linbo/boot/cpio-read'
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOver, noFacts, parseFacts, placeIn, printFacts } from './base-facts.ts'
import { parseCustomKernel } from './custom-kernel-file.ts'
import { packOverlay, part } from './overlay.ts'
import {
  authorizedKeysPart,
  efipxePart,
  hostKeysPart,
  inittabPart,
  passwordPart,
  torrentDefaults,
  torrentPart,
  wifiPart,
} from './overlay-parts.ts'

const text = ({ entries }: { entries: CpioEntry[] }, path: string) =>
  String(entries.find((entry) => entry.path === path)?.data)

describe('an overlay', () => {
  const facts = {
    ...noFacts(),
    folders: new Set(['etc', 'usr', 'usr/lib']),
    links: new Map([
      ['lib', 'usr/lib'],
      ['var', '/usr/../run/../data'],
      ['loop', 'loop'],
      ['etc/localtime', '/usr/share/zoneinfo/UTC'],
    ]),
  }

  it.each([
    ['lib/firmware/x', 'usr/lib/firmware/x'],
    ['var/log/x', 'data/log/x'],
    ['etc/localtime', 'etc/localtime'],
    ['etc/x', 'etc/x'],
    ['loop/x', 'loop/x'],
    ['x', 'x'],
  ])('puts %s where the base has it: %s', (path, place) => {
    expect(placeIn(facts, path)).toBe(place)
  })

  it('adds each missing folder once, before what is in it', () => {
    const entries = [cpio.file('lib/firmware/b/x', ''), cpio.file('lib/firmware/a', '')]
    const laid = layOver(facts, entries, (path) => cpio.folder(path))
    expect(laid.map(({ path }) => path)).toEqual([
      ...['usr/lib/firmware', 'usr/lib/firmware/a', 'usr/lib/firmware/b', 'usr/lib/firmware/b/x'],
    ])
  })

  it('leaves links of the base that lead to folders', () => {
    const entries = [cpio.folder('lib'), cpio.folder('lib/own', 0o700), cpio.file('lib/own/x', '')]
    const laid = layOver(facts, entries, (path) => cpio.folder(path))
    expect(laid.map(({ path }) => path)).toEqual(['usr/lib/own', 'usr/lib/own/x'])
  })

  it('lets the later of two parts win', async () => {
    const packed = packOverlay(
      [part('a', [cpio.file('etc/x', '1')]), part('b', [cpio.file('etc/x', '2')])],
      facts,
    )
    const entries = await listCpio(packed.small)
    expect(packed.bulky).toBeUndefined()
    expect(entries.map(({ path, data }) => `${path} ${data}`)).toEqual(['etc/x 2'])
  })

  it('has its big files in an archive of their own', async () => {
    const big = cpio.file('lib/firmware/a/big', new Uint8Array(600_000))
    const { bulky, small } = packOverlay(
      [part('x', [big, cpio.file('lib/firmware/a/b', '')])],
      facts,
    )
    const paths = async (packed: Buffer | undefined) =>
      (await listCpio(packed ?? Buffer.alloc(0))).map(({ path }) => path)
    const folders = ['usr/lib/firmware', 'usr/lib/firmware/a']
    expect(await paths(bulky)).toEqual([...folders, 'usr/lib/firmware/a/big'])
    expect(await paths(small)).toEqual([...folders, 'usr/lib/firmware/a/b'])
  })

  it('keeps the facts of its base as text', () => {
    const whole = { ...facts, devices: [cpio.device('dev/null', 1, 3)], inittab: 'x' }
    expect(parseFacts(printFacts(whole))).toEqual(whole)
    expect(parseFacts('{}')).toBeUndefined()
    expect(parseFacts('')).toBeUndefined()
  })
})

describe('the parts', () => {
  it('hash and salt have no line end and are for root alone', () => {
    const { entries } = passwordPart({ hash: 'ab', salt: 'cd' })
    expect(entries).toEqual([
      cpio.file('etc/linbo_pwhash', 'ab', 0o600),
      cpio.file('etc/linbo_salt', 'cd', 0o600),
    ])
  })

  it('host keys go where dropbear and OpenSSH look', () => {
    const names = ['dropbear_rsa_host_key', 'ssh_host_rsa_key', 'ssh_host_rsa_key.pub']
    const { entries } = hostKeysPart(names.map((name) => ({ name, content: 'x' })))
    expect(entries.map(({ path, mode }) => `${path} ${(mode & 0o777).toString(8)}`)).toEqual([
      'etc/dropbear/dropbear_rsa_host_key 600',
      'etc/ssh/ssh_host_rsa_key 600',
      'etc/ssh/ssh_host_rsa_key.pub 644',
    ])
  })

  it('authorized keys are ours and theirs, each once; what is none is left out and told', () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBunm'
    const made = authorizedKeysPart(
      `${key} ours`,
      `# comment\r\n\r\n${key} ours\nrubbish\n${key}2 b`,
    )
    expect(text(made, '.ssh/authorized_keys')).toBe(`${key} ours\n${key}2 b\n`)
    expect(made.entries.slice(0, 2)).toEqual([cpio.folder('.'), cpio.folder('.ssh', 0o700)])
    expect(made.warnings).toEqual([expect.stringContaining('"rubbish" is no public key')])
  })

  it('torrent options may only be settings', () => {
    expect(torrentPart(torrentDefaults).warnings).toEqual([])
    expect(torrentPart('# x\r\nPIECELEN=5\r\n')).toMatchObject({ warnings: [] })
    expect(text(torrentPart('A=1\r\n'), 'etc/default/linbo-torrent')).toBe('A=1\n')
    for (const line of ['rm -rf /', 'A="$(reboot)"', 'A=1; reboot', 'A=`x`'])
      expect(torrentPart(line).warnings).toHaveLength(1)
  })

  it('Wi-Fi passwords are for root alone', () => {
    expect(wifiPart('network={\r\n}').entries).toEqual([
      cpio.file('etc/wpa_supplicant.conf', 'network={\n}', 0o600),
    ])
  })

  it('names of network boot entries lie where clients look', () => {
    expect(text(efipxePart('IPv4\n'), 'usr/share/linbo/efipxe')).toBe('IPv4\n')
  })

  it('inittab lines follow the template’s', () => {
    const made = inittabPart({ inittab: '::sysinit:/init.sh' }, '# x\n\n::respawn:/bin/sh\nbad\n')
    expect(text(made, 'etc/inittab')).toBe('::sysinit:/init.sh\n::respawn:/bin/sh\nbad\n')
    expect(made.warnings).toEqual([expect.stringContaining('"bad"')])
    expect(inittabPart({ inittab: undefined }, '::respawn:/bin/sh')).toMatchObject({
      entries: [],
      warnings: [expect.stringContaining('could not be read')],
    })
  })
})

describe('custom_kernel', () => {
  it.each(['', '# nothing\n', 'KERNELPATH="longterm"', "KERNELPATH='legacy'\nMODULESPATH=/x"])(
    'that names no file means the kernel of the package: %j',
    (content) => expect(parseCustomKernel(content)).toEqual({ kind: 'package' }),
  )

  it('names a kernel and its modules', () => {
    const content =
      '# mine\r\nexport KERNELPATH="/boot/vmlinuz-6.1.0"\r\nMODULESPATH=/lib/modules/6.1.0/ # x'
    expect(parseCustomKernel(content)).toEqual({
      kind: 'custom',
      ...{ kernel: '/boot/vmlinuz-6.1.0', modules: '/lib/modules/6.1.0', release: '6.1.0' },
    })
  })

  it.each([
    ['KERNELPATH=$(reboot)', /line 1/],
    ['KERNELPATH="`x`"', /line 1/],
    ['reboot', /line 1/],
    ['\nKERNELPATH=/a; reboot', /line 2/],
    ['KERNELPATH=boot/vmlinuz\nMODULESPATH=/lib/modules/6.1.0', /KERNELPATH/],
    ['KERNELPATH=/boot/../etc/shadow\nMODULESPATH=/lib/modules/6.1.0', /KERNELPATH/],
    ['KERNELPATH=/boot/vmlinuz', /MODULESPATH/],
    ['KERNELPATH=/boot/vmlinuz\nMODULESPATH=/lib/modules', /release/],
  ])('is data, never a script: %j', (content, reason) => {
    expect(parseCustomKernel(content)).toEqual({
      kind: 'wrong',
      reason: expect.stringMatching(reason),
    })
  })

  it('can be any text', () => {
    assert(
      property(string(), (content) => {
        const { kind } = parseCustomKernel(content)
        expect(['package', 'custom', 'wrong']).toContain(kind)
      }),
    )
  })
})
