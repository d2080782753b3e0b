import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printSeparated, readSeparated } from './separated-lines.ts'
import { addSubnet, parseSubnetsCsv, removeSubnet, setSubnetColumn } from './subnets-csv.ts'

const head = '# network;router;first;last;nameserver;next-server;flag\r\n'
const server = '10.0.0.0/16;10.0.0.254;10.0.1.1;10.0.1.99;;;SETUP\r\n'
const school = '10.16.0.0/20 ; 10.16.15.254;;;10.0.0.1;10.0.0.9;\r\n'

describe('parseSubnetsCsv', () => {
  it('reads networks', () => {
    expect(parseSubnetsCsv(head + server + school)).toEqual({
      rows: [
        {
          ...{ line: 2, network: '10.0.0.0/16', router: '10.0.0.254', isSetup: true },
          ...{ range: { first: '10.0.1.1', last: '10.0.1.99' } },
          ...{ nameservers: [], nextServer: undefined },
        },
        {
          ...{ line: 3, network: '10.16.0.0/20', router: '10.16.15.254', isSetup: false },
          ...{ range: undefined, nameservers: ['10.0.0.1'], nextServer: '10.0.0.9' },
        },
      ],
      refused: [],
      warnings: [],
    })
  })

  it.each([
    ['no network', '10.16.0.0;10.16.0.1', 1, 'network'],
    ['an address inside a network', '10.16.0.1/16;10.16.0.1', 1, 'network'],
    ['a prefix of 31', '10.16.0.0/31;10.16.0.1', 1, 'network'],
    ['no router', '10.16.0.0/16', 2, 'router'],
    ['a router elsewhere', '10.16.0.0/16;10.17.0.1', 2, 'router'],
    ['a range elsewhere', '10.16.0.0/16;10.16.0.1;10.17.0.1;10.17.0.9', 3, 'firstIp'],
    ['a range backwards', '10.16.0.0/16;10.16.0.1;10.16.0.9;10.16.0.2', 3, 'firstIp'],
  ])('refuses %s', (_name, text, column, name) => {
    expect(parseSubnetsCsv(text)).toMatchObject({ rows: [], refused: [{ line: 1, column, name }] })
  })

  it('refuses the same network twice', () => {
    expect(parseSubnetsCsv(server + server)).toMatchObject({
      rows: [{ line: 1 }],
      refused: [{ line: 2, column: 1, message: expect.stringContaining('line 1') }],
    })
  })

  it('counts an optional address that is none as empty, and says so', () => {
    const { rows, warnings } = parseSubnetsCsv('10.16.0.0/16;10.16.0.1;10.16.0.9;x;y;z')
    expect(rows).toMatchObject([{ range: undefined, nameservers: [], nextServer: undefined }])
    expect(warnings.map(({ name }) => name)).toEqual([
      'lastIp',
      'lastIp',
      'nameserver',
      'nextServer',
    ])
  })

  it('never throws, and prints what it read', () => {
    const part = fc.oneof(
      fc.constantFrom('10.16.0.0/16', '10.16.0.1', ';', '\n', '\r\n', '\ufeff', '/'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        for (const { network } of parseSubnetsCsv(text).rows) expect(text).toContain(network)
        expect(printSeparated(readSeparated(text))).toBe(text)
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})

describe('a subnets.csv that is edited', () => {
  const file = readSeparated(head + server + school)

  it('changes one column, adds and removes a network, and keeps every other byte', () => {
    expect(printSeparated(setSubnetColumn(file, 3, 'router', '10.16.0.1'))).toBe(
      head + server + school.replace('10.16.15.254', '10.16.0.1'),
    )
    expect(printSeparated(addSubnet(file, { network: '10.9.0.0/24', router: '10.9.0.1' }))).toBe(
      `${head}${server}${school}10.9.0.0/24;10.9.0.1;;;;;\r\n`,
    )
    expect(printSeparated(removeSubnet(file, 2))).toBe(head + school)
  })
})
