import { describe, expect, it } from 'vitest'
import { findKernelOptions, osByNumber, parseStartConf, printStartConf } from './start-conf.ts'
import { dual, dualWith, kiosk, liveIso } from './testdata.ts'

const MiB = 1024 ** 2

describe('parseStartConf', () => {
  it.each([
    ['dual boot', dual, 'lab204'],
    ['dual boot and a live ISO', `${dual}\n${liveIso}`, 'lab204'],
  ])('finds nothing wrong with %s and keeps its text', (_name, text, group) => {
    const conf = parseStartConf(text, { group })
    expect(conf.problems).toEqual([])
    expect(conf.text).toBe(text)
    expect(printStartConf(conf)).toBe(text)
  })

  it('has no more than advice for a kiosk with plain device names', () => {
    const { problems } = parseStartConf(kiosk, { group: 'kiosk', firmware: 'bios' })
    expect(problems.map((one) => [one.severity, one.code])).toEqual([
      ['info', 'device-names-plain'],
    ])
  })

  it('reads every section with typed values', () => {
    const conf = parseStartConf(dual)
    expect(conf.linbo).toMatchObject({
      line: 1,
      group: 'lab204',
      cache: '/dev/disk0p5',
      rootTimeoutSeconds: 900,
      autoPartition: false,
      downloadType: 'torrent',
      kernelOptions: 'quiet splash',
    })
    expect(conf.partitions.map((p) => [p.number, p.dev, p.sizeBytes, p.bootable])).toEqual([
      [1, '/dev/disk0p1', 300 * MiB, true],
      [2, '/dev/disk0p2', 128 * MiB, false],
      [3, '/dev/disk0p3', 120 * 1024 * MiB, false],
      [4, '/dev/disk0p4', 60 * 1024 * MiB, false],
      [5, '/dev/disk0p5', null, false],
    ])
    expect(osByNumber(conf, 2)).toMatchObject({
      number: 2,
      name: 'Debian',
      append: 'ro quiet',
      startEnabled: true,
      newEnabled: true,
      autostart: true,
      autostartTimeoutSeconds: 8,
      defaultAction: 'start',
    })
    expect(osByNumber(conf, 3)).toBeUndefined()
    expect(osByNumber(conf, 0)).toBeUndefined()
  })

  it('collapses blanks, keeps later = signs and cuts comments', () => {
    const text = dualWith(
      ['Name = Debian', 'Name =  Debian   13'],
      ['Description = Debian 13', 'Description = a = b'],
      ['Append = ro quiet', 'Append = ro\tquiet   # for the lab'],
    )
    expect(osByNumber(parseStartConf(text), 2)).toMatchObject({
      name: 'Debian 13',
      description: 'a = b',
      append: 'ro quiet',
    })
  })

  it('does not care about the case of sections and keys', () => {
    const conf = parseStartConf(dualWith(['[LINBO]', '[linbo]'], ['Group =', 'gRoUP=']))
    expect(conf.linbo.group).toBe('lab204')
  })

  it('lets the last of two equal keys win', () => {
    const text = dualWith(['Group =', 'KERNELOPTIONS = first\nGroup ='])
    expect(findKernelOptions(text)).toBe('quiet splash')
  })

  it('drops indented lines like the client does', () => {
    const text = dualWith(['RootTimeout = 900', '  Theme = dark'])
    expect(parseStartConf(text).linbo.theme).toBe('')
  })

  it('takes a hash without a blank as part of the value', () => {
    const text = dualWith(['Locale = en-gb', 'Locale = de#x # really'])
    expect(parseStartConf(text).linbo.locale).toBe('de#x')
  })

  it('lets a missing flag take over the value of the system before', () => {
    const text = dualWith(
      [
        'SyncEnabled = yes\nNewEnabled = yes\nAutostart = no',
        'SyncEnabled = no\nNewEnabled = yes\nAutostart = no',
      ],
      [
        'StartEnabled = yes\nSyncEnabled = yes\nNewEnabled = yes\nAutostart = yes',
        'Autostart = yes',
      ],
    )
    expect(parseStartConf(text).os[1]).toMatchObject({
      startEnabled: true,
      syncEnabled: false,
      newEnabled: true,
    })
  })

  it('says where a problem is, what happens and what to do', () => {
    const text = dualWith(['Locale = en-gb', 'Locale = $(reboot)'])
    expect(parseStartConf(text).problems[0]).toEqual({
      code: 'shell-character',
      severity: 'error',
      line: 10,
      column: 10,
      endLine: 10,
      endColumn: 19,
      message: "Locale: $ would be interpreted by the client's shell",
      explanation: expect.stringContaining('runs it as root'),
      fix: 'Remove it from the value.',
      edits: [{ line: 10, was: ['Locale = $(reboot)'], text: ['Locale = (reboot)'] }],
      isSafe: false,
      values: { key: 'Locale', characters: '$' },
    })
  })

  it('does not mind shell characters in a comment', () => {
    const text = dualWith(['RootTimeout = 900', '# "$(reboot)"'])
    expect(parseStartConf(text).problems).toEqual([])
  })

  it('gets to the end of a line of a million characters', () => {
    const text = `${' '.repeat(500_000)}x${'#'.repeat(500_000)}\nSize = ${'9'.repeat(500_000)}`
    expect(printStartConf(parseStartConf(text))).toBe(text)
  })

  it.each(['[OS]\n', '[Partition]\n', 'x\n', ' a=b\n', '[LINBO]\n', '[OS]\nName = x\n'])(
    'gets to the end of a mebibyte of %j',
    (piece) => {
      const text = `[LINBO]\n${piece.repeat(MiB / piece.length)}`
      expect(printStartConf(parseStartConf(text))).toBe(text)
    },
  )
})
