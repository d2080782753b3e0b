import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDevices, parseDevicesCsv, removeDevices, setDeviceField } from './devices-csv.ts'
import { type Device, roles } from './devices-csv-columns.ts'
import { mergeDevices } from './devices-csv-merge.ts'
import { anyFile, line } from './devices-csv-testing.ts'
import { printSeparated, readSeparated } from './separated-lines.ts'

describe('a file that is edited', () => {
  const text = `\ufeff# head\r\n${line}\r\n\r\n R9 ; x\r\nr205; PC1 ;lab;52-54-00-AB-CD-08;dhcp;;;;;;1;;;;;x\r\n# end`
  const file = readSeparated(text)
  const pc2: Device = {
    ...{ room: 'r204', hostname: 'pc2', group: 'lab', mac: '52:54:00:00:00:02', ip: null },
    ...{ officeKey: '', windowsKey: '', dhcpOptions: '', role: 'iponly', pxe: 0 },
    ...{ comment: 'one;two\nthree', reserved: [] },
  }

  it('changes one column and keeps every other byte', () => {
    expect(printSeparated(setDeviceField(file, 5, 2, 'pc9'))).toBe(text.replace(' PC1 ', ' pc9 '))
    expect(setDeviceField(file, 5, 2, 'PC1')).toBe(file)
    const short = readSeparated('r;pc;g;m;DHCP;;;;;;1')
    expect(printSeparated(setDeviceField(short, 1, 15, 'new'))).toBe('r;pc;g;m;DHCP;;;;;;1;;;;new')
  })

  it('adds a row behind the last of its room, else at the end', () => {
    const row = (room: string) =>
      `${room};pc2;lab;52:54:00:00:00:02;DHCP;;;;iponly;;0;;;;one two three`
    expect(printSeparated(addDevices(file, [pc2]))).toBe(
      text.replace(`${line}\r\n`, `${line}\r\n${row('r204')}\r\n`),
    )
    expect(printSeparated(addDevices(file, [{ ...pc2, room: 'r1' }]))).toBe(
      `${text}\r\n${row('r1')}`,
    )
    expect(printSeparated(addDevices(readSeparated(''), [pc2]))).toBe(`${row('r204')}\n`)
  })

  it('removes a row', () => {
    expect(printSeparated(removeDevices(file, [2]))).toBe(text.replace(`${line}\r\n`, ''))
  })

  it('prints what it read, whatever that was', () => {
    fc.assert(
      fc.property(anyFile, (any) => {
        expect(printSeparated(readSeparated(any))).toBe(any)
      }),
      { seed: 7, numRuns: 1000 },
    )
  })

  it('leaves the other lines alone, whatever is edited', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(20), fc.integer({ min: 1, max: 18 }), (any, number, column) => {
        const lines = readSeparated(any).lines
        const after = setDeviceField(readSeparated(any), number, column, 'new').lines
        expect(after.filter((_one, index) => index !== number - 1)).toEqual(
          lines.filter((_one, index) => index !== number - 1),
        )
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('mergeDevices', () => {
  const other = 'r205;PC1;lab;52-54-00-AB-CD-08;dhcp;;;;;ten;1;;;;note;x;;'
  const refused = 'r204;bad_name;lab;52:54:00:00:00:99;DHCP;;;;;;1;;;;'
  const text = `# head\n${line}\n\n${refused}\n${other}\n# end\n`
  const { rows } = parseDevicesCsv(text)
  const devices: Device[] = rows.map(({ line: _line, ...device }) => device)
  const merge = (now: Device[], changed: string[] = []) =>
    mergeDevices(text, {
      school: 'default-school',
      devices: now,
      taken: new Set(rows.map((row) => row.hostname)),
      changed: new Set(changed),
    })

  it('changes nothing when nothing changed', () => {
    expect(merge(devices)).toBe(text)
  })

  it('writes the fields of a changed host and no other byte', () => {
    const changed = devices.map((device) =>
      device.hostname === 'pc1'
        ? { ...device, ip: '10.0.0.9', role: 'wlan', reserved: [] }
        : device,
    )
    expect(merge(changed, ['pc1'])).toBe(
      text.replace(other, 'r205;PC1;lab;52-54-00-AB-CD-08;10.0.0.9;;;;wlan;;1;;;;note;;;'),
    )
  })

  it('leaves out what is gone, and adds what is new', () => {
    const fresh = { ...devices[1]!, hostname: 'pc2', mac: '52:54:00:00:00:02', reserved: [] }
    expect(merge([devices[1]!, fresh])).toBe(
      text
        .replace(`${line}\n`, '')
        .replace(
          `${other}\n`,
          `${other}\nr205;pc2;lab;52:54:00:00:00:02;DHCP;;;;${roles[0]};;1;;;;note\n`,
        ),
    )
  })

  it('keeps a refused row until its host changes by other means', () => {
    const host = { ...devices[1]!, hostname: 'pc3', mac: '52:54:00:00:00:03', reserved: [] }
    const broken = 'r205;pc3;lab;nonsense;DHCP;;;;;;1;;;;'
    const state = { school: 'default-school', devices: [host], taken: new Set<string>() }
    expect(mergeDevices(broken, { ...state, changed: new Set() })).toBe(broken)
    expect(mergeDevices(broken, { ...state, changed: new Set(['pc3']) })).toBe(
      `r205;pc3;lab;52:54:00:00:00:03;DHCP;;;;${roles[0]};;1;;;;note`,
    )
  })

  it('says what the hosts are, whatever file it begins with, and again the same', () => {
    fc.assert(
      fc.property(anyFile, (any) => {
        const state = {
          ...{ school: 'default-school', devices, taken: new Set<string>() },
          changed: new Set(devices.map((device) => device.hostname)),
        }
        const merged = mergeDevices(any, state)
        for (const device of devices) {
          const found = parseDevicesCsv(merged).rows.filter(
            (row) => row.hostname === device.hostname,
          )
          expect(found).toMatchObject([device])
        }
        expect(mergeDevices(merged, state)).toBe(merged)
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})
