import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findKernelOptions, osByNumber, parseStartConf } from './start-conf.ts'

const good = `[LINBO]
Group = lab204
Cache = /dev/disk0p3
RootTimeout = 900
DownloadType = torrent
KernelOptions = quiet splash acpi=off

[Partition]
Dev = /dev/disk0p1
Label = efi
Size = 300M
Id = ef
FSType = vfat
Bootable = yes

[partition]
Dev = /dev/disk0p2
Label = debian
Size = 60G
Id = 83
FSType = ext4
Bootable = no

[Partition]
Dev = /dev/disk0p3
Label = cache
Size =
Id = 83
FSType = ext4
Bootable = no

[OS]
Name = Debian   13
Description = a = b
BaseImage = debian13.qcow2
Root = /dev/disk0p2
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = ro quiet  # for the lab
StartEnabled = yes
SyncEnabled = no
NewEnabled = yes
Autostart = yes
AutostartTimeout = 8
DefaultAction = sync
`

const messages = (text: string) =>
  parseStartConf(text).problems.map((p) => `${p.line} ${p.severity}: ${p.message}`)
const withLine = (line: string) => good.replace('RootTimeout = 900', line)

describe('parseStartConf', () => {
  it('finds nothing wrong with a good file and keeps its text', () => {
    const conf = parseStartConf(good, { group: 'lab204' })
    expect(conf.problems).toEqual([])
    expect(conf.text).toBe(good)
  })

  it('reads every section with typed values', () => {
    const conf = parseStartConf(good)
    expect(conf.linbo).toMatchObject({
      line: 1,
      group: 'lab204',
      cache: '/dev/disk0p3',
      rootTimeoutSeconds: 900,
      autoPartition: false,
      downloadType: 'torrent',
      kernelOptions: 'quiet splash acpi=off',
    })
    expect(conf.partitions.map((p) => [p.number, p.dev, p.sizeBytes, p.bootable])).toEqual([
      [1, '/dev/disk0p1', 300 * 1024 ** 2, true],
      [2, '/dev/disk0p2', 60 * 1024 ** 3, false],
      [3, '/dev/disk0p3', null, false],
    ])
    expect(osByNumber(conf, 1)).toMatchObject({
      number: 1,
      name: 'Debian 13',
      description: 'a = b',
      append: 'ro quiet',
      startEnabled: true,
      syncEnabled: false,
      autostart: true,
      autostartTimeoutSeconds: 8,
      defaultAction: 'sync',
    })
    expect(osByNumber(conf, 2)).toBeUndefined()
    expect(osByNumber(conf, 0)).toBeUndefined()
  })

  it('does not care about the case of sections and keys', () => {
    const conf = parseStartConf(good.replace('[LINBO]', '[linbo]').replace('Group =', 'gRoUP='))
    expect(conf.linbo.group).toBe('lab204')
  })

  it('lets the last of two equal keys win and says so', () => {
    const text = withLine('KERNELOPTIONS = first')
    expect(findKernelOptions(text)).toBe('quiet splash acpi=off')
    expect(messages(text)).toEqual([
      '6 warning: KernelOptions stands in line 4 already; this one counts',
    ])
  })

  it('drops indented lines like the client does and says so', () => {
    const text = withLine('  Theme = dark')
    expect(parseStartConf(text).linbo.theme).toBe('')
    expect(messages(text)).toEqual(['4 warning: the client ignores indented lines'])
  })

  it('takes a hash without a blank as part of the value', () => {
    const text = withLine('Locale = de#x # really')
    expect(parseStartConf(text).linbo.locale).toBe('de#x')
    expect(messages(text)[0]).toMatch(/^4 warning: Locale: the client keeps "#"/)
  })

  it('lets a missing flag take over the value of the system before', () => {
    const text = `${good}\n[OS]\nName = Two\nBaseImage =\nRoot =\nKernel =\nInitrd =\nAppend =\n`
    const conf = parseStartConf(text)
    expect(conf.os[1]).toMatchObject({ startEnabled: true, syncEnabled: false, newEnabled: true })
    expect(messages(text)).toEqual([
      '47 warning: [OS] 2 lacks StartEnabled, SyncEnabled, NewEnabled, so the client takes over the value before',
    ])
  })

  it.each(['"', '$', '`', '\\'])('refuses %s in a value', (character) => {
    expect(messages(withLine(`Theme = a${character}b`))).toEqual([
      `4 error: Theme: ${character} would be interpreted by the client's shell`,
    ])
  })

  it('does not mind them in a comment', () => {
    expect(messages(withLine('# "$(reboot)"'))).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['CR LF', good.replaceAll('\n', '\r\n'), /^1 error: lines end in CR LF/],
    ['a byte order mark', `\ufeff${good}`, /^1 error: the file begins with a byte order mark/],
    ['no [OS]', good.slice(0, good.indexOf('[OS]')), /^1 error: there is no \[OS\] section/],
    ['no [LINBO]', good.slice(good.indexOf('[Part')), /^1 error: there is no \[LINBO\] section/],
    ['a key that is no shell name', withLine('Root-Timeout = 9'), /^4 error: "Root-Timeout" is no/],
    ['a command', withLine('reboot now = 1'), /^4 error: "reboot now" is no key/],
    ['a line without =', withLine('reboot'), /^4 error: the line is neither/],
    ['a control character', withLine('Theme = a\x07'), /^4 error: Theme: it contains a control/],
    [
      'a section with a tail',
      withLine('[Net] x\n[LINBO]'),
      /^4 error: a section is \[Name\] alone/,
    ],
    ['an unknown section', withLine('[Net]\n[LINBO]'), /^4 warning: LINBO ignores .* \[net\]/],
    ['an unknown key', withLine('Grupe = x'), /^4 warning: LINBO knows no key Grupe/],
    ['Yes instead of yes', withLine('AutoFormat = Yes'), /^4 warning: AutoFormat is "Yes"/],
    ['seconds in words', withLine('RootTimeout = soon'), /^4 warning: RootTimeout is no number/],
    ['an unknown download', good.replace('torrent', 'ftp'), /^5 warning: DownloadType is "ftp"/],
    [
      'no KernelOptions',
      good.replace('Kernelo', 'X').replace('KernelOptions', 'Locale'),
      /^1 warning: KernelOptions is missing/,
    ],
    ['no Cache', good.replace('Cache = /dev/disk0p3', ''), /^1 warning: without Cache/],
    [
      'a Cache that is no partition',
      good.replace('Cache = /dev/disk0p3', 'Cache = /dev/sdb1'),
      /^3 warning: Cache is \/dev\/sdb1/,
    ],
    ['a size that is none', good.replace('60G', 'sixty'), /^19 error: Size "sixty" is no size/],
    ['a fraction', good.replace('60G', '1.5G'), /^19 warning: Size: the client cuts/],
    ['no unit', good.replace('60G', '60000'), /^19 warning: Size: "60000" has no unit/],
    ['rest of the disk too early', good.replace('60G', ''), /^19 error: .* takes the rest/],
    ['a device twice', good.replace('disk0p2', 'disk0p1'), /^17 error: Dev .* line 9 too/],
    ['a label twice', good.replace('Label = debian', 'Label = efi'), /^18 warning: Label "efi"/],
    ['no Dev', good.replace('Dev = /dev/disk0p1', ''), /^8 error: the partition has no Dev/],
    [
      'an image name with dots',
      good.replace('debian13.q', 'debian.13.q'),
      /^35 error: BaseImage .* dots/,
    ],
    ['an image that climbs', good.replace('debian13.q', '../x.q'), /^35 error: BaseImage/],
    ['an image of no kind', good.replace('13.qcow2', '13.img'), /^35 error: BaseImage .* end in/],
    [
      'a missing importer key',
      good.replace(/^Initrd.*\n/m, ''),
      /^32 warning: \[OS\] 1 lacks Initrd/,
    ],
    ['an empty Name', good.replace('Debian   13', ''), /^33 warning: \[OS\] 1 has no Name/],
    [
      'a Root that is no partition',
      good.replace('Root = /dev/disk0p2', 'Root = /dev/sda9'),
      /^36 warning: Root is/,
    ],
    ['an unknown action', good.replace('= sync', '= erase'), /^45 warning: DefaultAction/],
  ])('reports %s', (_name, text, expected) => {
    expect(messages(text)[0]).toMatch(expected)
  })

  it('reports the group of another file', () => {
    expect(parseStartConf(good, { group: 'lab2' }).problems[0]).toMatchObject({
      line: 2,
      severity: 'warning',
      fix: 'Write Group = lab2.',
    })
  })

  it('reports the tenth partition of a disk and the fifth system', () => {
    const partitions = Array.from(
      { length: 10 },
      (_, n) => `[Partition]\nDev = /dev/nvme0n1p${n + 1}\nSize = 1G\n`,
    )
    const systems = good.slice(good.indexOf('[OS]')).repeat(5)
    const found = messages(`[LINBO]\nKernelOptions =\n${partitions.join('')}${systems}`)
    expect(found.filter((message) => message.includes('more than 9'))).toEqual([
      '31 error: /dev/nvme0n1 has more than 9 partitions, which the client creates in the wrong order',
    ])
    expect(found.some((message) => message.includes('shows four operating systems'))).toBe(true)
  })

  it('never throws, whatever the text', () => {
    const word = fc.constantFrom(
      '[LINBO]',
      '[OS]',
      '[',
      'Size =',
      'Dev=/dev/sda',
      '\r\n',
      '# ',
      '$(',
    )
    const text = fc.array(fc.oneof(word, fc.string({ unit: 'binary' })), { maxLength: 40 })
    fc.assert(
      fc.property(text, fc.constantFrom('', '\n'), (words, separator) => {
        const written = words.join(separator)
        const conf = parseStartConf(written)
        expect(conf.text).toBe(written)
        for (const { line, fix } of conf.problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(fix).not.toBe('')
        }
      }),
      { seed: 7, numRuns: 400 },
    )
  })

  it('gets to the end of a line of a million characters', () => {
    const text = `${' '.repeat(500_000)}x${'#'.repeat(500_000)}\nSize = ${'9'.repeat(500_000)}`
    expect(() => parseStartConf(text)).not.toThrow()
  })
})
