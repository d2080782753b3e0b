import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDevicesCsv } from './devices-csv.ts'
import { anyFile, line } from './devices-csv-testing.ts'
import { readSeparated } from './separated-lines.ts'

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

  it('reads the columns nobody uses, without empty ones at the end', () => {
    const full =
      'r204;pc1;lab204;52:54:00:ab:cd:07;DHCP;off;win;filename "x";printer;ten;3;a;b;c;a comment;more;;yet;;'
    expect(parseDevicesCsv(full).rows).toMatchObject([
      {
        officeKey: 'off',
        windowsKey: 'win',
        dhcpOptions: 'filename "x"',
        comment: 'a comment',
        reserved: ['ten', 'a', 'b', 'c', 'more', '', 'yet'],
      },
    ])
    expect(parseDevicesCsv(line).rows[0]?.reserved).toEqual([])
  })

  it("gives hosts of other schools their school's prefix", () => {
    const { rows } = parseDevicesCsv(edited(2, 'PC07'), 'north')
    expect(rows[0]?.hostname).toBe('north-pc07')
    expect(parseDevicesCsv(edited(2, 'p'.repeat(60)), 'north').refused).toHaveLength(1)
    expect(parseDevicesCsv(edited(2, ''), 'north').refused).toHaveLength(1)
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
    ['a control character', 15, 'a\u0000b'],
  ])('refuses %s and names the column', (_name, column, value) => {
    const { rows, refused } = parseDevicesCsv(`# head\n${edited(column, value)}\n`)
    expect(rows).toEqual([])
    expect(refused).toEqual([
      {
        ...{ line: 2, column, name: expect.any(String) },
        ...{ message: expect.any(String), fix: expect.stringMatching(/\.$/) },
      },
    ])
  })

  it.each(['---- room 204 ----', '// old', '***', ';old', '[r204]'])(
    'leaves the line %s alone, as linuxmuster does',
    (text) => {
      const { rows, refused, warnings } = parseDevicesCsv(`${text}\n${line}\n`)
      expect([rows.length, refused, warnings]).toEqual([1, [], []])
    },
  )

  it.each(['-', ';', '//'])('warns of a device that is switched off by %s', (sign) => {
    const parsed = parseDevicesCsv(`${sign}${line}\n${line}\n`)
    expect(parsed).toMatchObject({ rows: [{ line: 2 }], refused: [] })
    expect(parsed.warnings).toMatchObject([{ line: 1, column: 1, name: 'room' }])
  })

  it.each<[string, string]>([
    ['quotes', `"${line}"`],
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

  it('names every wrong column of a line', () => {
    const { refused } = parseDevicesCsv('r 1;pc_1;lab;52:54;DHCP;;;;king;;1')
    expect(refused.map(({ column, name }) => [column, name])).toEqual([
      [1, 'room'],
      [2, 'hostname'],
      [4, 'mac'],
      [9, 'role'],
    ])
  })

  it.each<[string, number, string, string | undefined]>([
    ['nothing of a good row', 2, 'pc07', undefined],
    ['a host name Windows cannot have', 2, 'a-name-of-16-let', '16 characters'],
    ['a room with a hyphen', 1, 'r-204', 'hyphen'],
    ['a room of 11 characters', 1, 'r2041234567', '11 characters'],
    ['a group with a hyphen', 3, 'lab-204', 'hyphen'],
    ['a reserved word', 2, 'con', 'reserved'],
    ['a MAC without separators', 4, '525400abcd07', '52:54:00:ab:cd:07'],
    ['DHCP options that are too short', 8, 'x', 'less than 5'],
    ['a DHCP option we cannot give', 8, 'next-server 10.0.0.9, vendor-class "x"', 'vendor-class'],
    ['nothing of one we can give', 8, 'next-server 10.0.0.9', undefined],
  ])('warns of %s', (_name, column, value, says) => {
    const { rows, warnings } = parseDevicesCsv(edited(column, value))
    expect(rows).toHaveLength(1)
    expect(warnings).toEqual(
      says === undefined
        ? []
        : [expect.objectContaining({ line: 1, column, fix: expect.stringMatching(/\.$/) })],
    )
    if (says) expect(`${warnings[0]?.message} ${warnings[0]?.fix}`).toContain(says)
  })

  it('lets a long name pass for a machine without an account', () => {
    const long = edited(2, 'a-name-of-16-let').replace('classroom-studentcomputer', 'router')
    expect(parseDevicesCsv(long).warnings).toEqual([])
  })

  it('never throws, and refuses or takes every line it does not skip', () => {
    fc.assert(
      fc.property(anyFile, (text) => {
        const { rows, refused, warnings } = parseDevicesCsv(text, 'north')
        const last = readSeparated(text).lines.length
        for (const { line: number } of [...rows, ...refused, ...warnings]) {
          expect(number).toBeGreaterThan(0)
          expect(number).toBeLessThanOrEqual(last)
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})
