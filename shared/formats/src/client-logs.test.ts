import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseImageStatus } from './image-status.ts'
import { parseBanner, parseLinboLog } from './linbo-log.ts'
import { missingFirmwareIn } from './missing-firmware.ts'
import { hideSecrets } from './secrets-in-logs.ts'

describe('the image status of a client', () => {
  it('tells which image in which version was applied when', () => {
    expect(
      parseImageStatus(
        '202611200745 applied: win11.qcow2 "202611011200"\r\n202611200800 created: u24.qdiff 202611200759\nnoise\n',
      ),
    ).toEqual([
      { kind: 'applied', image: 'win11.qcow2', time: '202611200745', version: '202611011200' },
      { kind: 'created', image: 'u24.qdiff', time: '202611200800', version: '202611200759' },
    ])
  })

  it('may lack the version, and passes over what is none', () => {
    expect(parseImageStatus('202611200745 applied: win11.qcow2 ""')).toMatchObject([
      { version: null },
    ])
    expect(parseImageStatus('202611200745 applied: ../etc/passwd "202611011200"')).toEqual([])
    fc.assert(fc.property(fc.string(), (text) => void parseImageStatus(text)))
  })
})

describe('a log of LINBO', () => {
  const log = [
    '### 20261120-074500 init begin ###',
    'LINBO 7.4.11-0: a release',
    'kernel: r8169: Direct firmware load for rtl_nic/rtl8168h-2.fw failed with error -2',
    '### 20261120-074512 linbo_sync 1 ###',
    'Error: win11.qcow2 (9K) is bigger than partition /dev/sda2 (8K)',
    'Formatting /dev/sda2 with ntfs ... Failed!',
    'Trying to download win11.qcow2.reg ... not available.',
    'Failed to upload win11.qcow2 to 10.0.0.1.',
  ].join('\n')

  it('tells version, missing firmware and failures with their time', () => {
    expect(parseLinboLog(log)).toEqual({
      linboVersion: '7.4.11-0',
      missingFirmware: ['rtl_nic/rtl8168h-2.fw'],
      errors: [
        'Error: win11.qcow2 (9K) is bigger than partition /dev/sda2 (8K)',
        'Formatting /dev/sda2 with ntfs ... Failed!',
        'Failed to upload win11.qcow2 to 10.0.0.1.',
      ].map((text) => ({ time: '20261120-074512', text })),
    })
    expect(parseBanner('### 20261120-074512 linbo_sync 1 ###')).toEqual({
      time: '20261120-074512',
      command: 'linbo_sync 1',
    })
  })

  it('never keeps control characters, and stands any text', () => {
    expect(parseLinboLog('Error: a\u0000b').errors[0]?.text).toBe('Error: a b')
    for (const error of ['Error', 'Error '])
      expect(parseLinboLog(error + '😀'.repeat(200)).errors[0]?.text.isWellFormed()).toBe(true)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const one of parseLinboLog(`Error ${text}`).errors)
          expect(one.text.isWellFormed() && !/[\u0000-\u001f]/.test(one.text)).toBe(true)
      }),
    )
  })

  it('names only firmware that is a path below a folder', () => {
    const of = (name: string) => missingFirmwareIn(`Direct firmware load for ${name} failed`)
    expect(of('i915/dg2_guc_70.bin')).toEqual(['i915/dg2_guc_70.bin'])
    for (const bad of ['../../etc/shadow', '/etc/shadow', 'a//b', '$(x)', 'a/./b'])
      expect(of(bad)).toEqual([])
  })
})

describe('passwords in a log', () => {
  it.each([
    ['### 20261120-074512 linbo_wrapper linbo:geheim upload_image:1 ###', 'geheim'],
    ['linbo:geheim,upload_image:1', 'geheim'],
    ['### 20261120-074512 linbo_register geheim r1 pc01 DHCP lab ###', 'geheim'],
    ['### 20261120-074512 linbo_auth geheim ###', 'geheim'],
    ['### 20261120-074512 linbo_upload geheim win11.qcow2 ###', 'geheim'],
    ['linbo_cmd upload 10.0.0.1 linbo geheim /dev/sda3 win11.qcow2', 'geheim'],
    ['linbo_cmd authenticate 10.0.0.1 linbo geheim', 'geheim'],
    ['linbo_cmd register 10.0.0.1 linbo geheim r1 pc01 DHCP lab', 'geheim'],
    ['Command     : linbo\nOS number   : 12345\n', '12345'],
    ['Command     : linbo\nOS number   : 1\nComment        : geheim\n', 'geheim'],
    ['RSYNC_PASSWORD=geheim rsync', 'geheim'],
  ])('are hidden in %s', (text, secret) => {
    expect(hideSecrets(text)).not.toContain(secret)
    expect(hideSecrets(text)).toContain('***')
  })

  it('are hidden wherever they stand when they are known', () => {
    expect(hideSecrets('x Muster!y z', ['Muster!'])).toBe('x ***y z')
    expect(hideSecrets('muster-long muster', ['muster', 'muster-long'])).toBe('*** ***')
  })

  it.each([
    '### 20261120-074512 linbo_upload win11.qcow2 ###',
    '### 20261120-074512 linbo_auth ###',
    'Command     : sync\nOS number   : 1\n',
    'Welcome to linbo: have fun',
    'rsync linbo://10.0.0.1/x',
  ])('leave alone what is none: %s', (text) => {
    expect(hideSecrets(text)).toBe(text)
  })

  it('are found in time in any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void hideSecrets(text)))
    expect(hideSecrets(`linbo_register ${' '.repeat(100_000)}`)).toContain('linbo_register')
  })
})
