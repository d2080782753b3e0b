import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDevicesCsv, printDevicesCsv } from './devices-csv.ts'

const line =
  'r204;r204-pc07;lab204;52:54:00:ab:cd:07;10.16.204.7;;;;classroom-studentcomputer;;1;;;;'
const edited = (column: number, value: string) =>
  line
    .split(';')
    .map((old, index) => (index === column - 1 ? value : old))
    .join(';')

describe('parseDevicesCsv', () => {
  it('reads a row', () => {
    const { rows, refused } = parseDevicesCsv(`${line}\n`)
    expect(refused).toEqual([])
    expect(rows).toMatchObject([
      {
        line: 1,
        room: 'r204',
        hostname: 'r204-pc07',
        group: 'lab204',
        mac: '52:54:00:ab:cd:07',
        ip: '10.16.204.7',
        role: 'classroom-studentcomputer',
        pxe: 1,
        comment: '',
      },
    ])
  })

  it('prints what it read, whatever the unused columns hold', () => {
    const full =
      'r204;pc1;lab204;52:54:00:ab:cd:07;DHCP;off;win;filename "x", foo;printer;ten;3;a;b;c;a comment;more;yet'
    expect(printDevicesCsv(parseDevicesCsv(`${line}\n`).rows)).toBe(`${line}\n`)
    expect(printDevicesCsv(parseDevicesCsv(full).rows)).toBe(`${full}\n`)
  })

  it('takes comments, empty lines, CR LF, a byte order mark and a last line without an end', () => {
    const text = `\ufeff# devices\r\n\r\n;;;;;;;;;;;;;;\r\n #x\r\n${line}`
    const { rows, refused } = parseDevicesCsv(text)
    expect(refused).toEqual([])
    expect(rows.map((row) => row.line)).toEqual([5])
  })

  it('takes the eleven columns a registration writes', () => {
    const { rows } = parseDevicesCsv('r204;pc1;lab204;52-54-00-AB-CD-07;DHCP;;;;;;1')
    expect(rows).toMatchObject([
      { mac: '52:54:00:ab:cd:07', ip: null, role: 'classroom-studentcomputer', comment: '' },
    ])
  })

  it('writes host names in lower case', () => {
    expect(parseDevicesCsv(edited(2, 'R204-PC07')).rows[0]?.hostname).toBe('r204-pc07')
  })

  it.each<[string, number, string]>([
    ['a room with a blank', 1, 'r 204'],
    ['a host name with an underscore', 2, 'pc_07'],
    ['a host name of 64 characters', 2, 'a'.repeat(64)],
    ['a group that climbs', 3, '../etc'],
    ['a group that is the room', 3, 'r204'],
    ['a short MAC', 4, '52:54:00:ab:cd'],
    ['an address of five numbers', 5, '10.1.2.3.4'],
    ['no address', 5, ''],
    ['a broadcast address', 5, '10.16.204.255'],
    ['an address with leading zeros', 5, '10.016.204.7'],
    ['an unknown role', 9, 'teacher'],
    ['a PXE flag of 4', 11, '4'],
    ['no PXE flag', 11, ''],
  ])('refuses %s and names the column', (_name, column, value) => {
    const { rows, refused } = parseDevicesCsv(`# head\n${edited(column, value)}\n`)
    expect(rows).toEqual([])
    expect(refused).toEqual([
      { line: 2, column, message: expect.any(String), fix: expect.stringMatching(/\.$/) },
    ])
  })

  it.each<[string, string]>([
    ['too few columns', 'r204;pc1;lab204'],
    ['commas', line.replaceAll(';', ',')],
    ['a leading blank', ` ${line}`],
  ])('refuses a line with %s', (_name, text) => {
    expect(parseDevicesCsv(text)).toMatchObject({ rows: [], refused: [{ line: 1 }] })
  })

  it.each<[string, number, string]>([
    ['host name', 2, 'R204-PC07'],
    ['MAC', 4, '525400ABCD07'],
    ['address', 5, '10.16.204.7'],
  ])('refuses the second line with the same %s', (_name, column, value) => {
    const other = 'r204;pc99;lab204;52:54:00:00:00:99;10.16.204.99;;;;;;1;;;;'.split(';')
    other[column - 1] = value
    const { rows, refused } = parseDevicesCsv(`${line}\n${other.join(';')}\n`)
    expect(rows).toHaveLength(1)
    expect(refused).toMatchObject([{ line: 2, column, message: expect.stringContaining('line 1') }])
  })

  it('lets many hosts take an address from the pool', () => {
    const two = `${edited(5, 'DHCP')}\nr204;pc2;lab204;52:54:00:00:00:02;dhcp;;;;;;1;;;;\n`
    expect(parseDevicesCsv(two).rows.map((row) => row.ip)).toEqual([null, null])
  })

  it('never throws, and refuses or takes every line it does not skip', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (parts) => {
        const { rows, refused } = parseDevicesCsv(parts.join(';'))
        for (const { line: number } of [...rows, ...refused]) expect(number).toBeGreaterThan(0)
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})

describe('printDevicesCsv', () => {
  it('prints hosts that never were in a file', () => {
    const host = { room: 'r1', hostname: 'pc1', group: 'lab', mac: '52:54:00:00:00:01', ip: null }
    expect(printDevicesCsv([{ ...host, role: 'iponly', pxe: 0, comment: 'one;two\nthree' }])).toBe(
      'r1;pc1;lab;52:54:00:00:00:01;DHCP;;;;iponly;;0;;;;one two three\n',
    )
  })
})
