import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDhcpStatements } from './dhcp-statements.ts'

describe('parseDhcpStatements', () => {
  it('reads what our DHCP server can follow and keeps the others', () => {
    const column =
      'next-server 10.0.0.9, filename "boot/x.efi",option  routers 10.0.0.1, option domain-name-servers 10.0.0.2, foo'
    expect(parseDhcpStatements(column)).toEqual({
      ...{ nextServer: '10.0.0.9', filename: 'boot/x.efi', router: '10.0.0.1', dns: '10.0.0.2' },
      others: ['foo'],
    })
  })

  it.each(['', 'x;y', 'foo'])('takes "%s" for nothing, as linuxmuster does', (column) => {
    expect(parseDhcpStatements(column)).toEqual({ others: [] })
  })

  it.each(['next-server nowhere', 'filename "a b"', 'filename "x', 'option routers 10.0.0'])(
    'does not follow %s',
    (column) => expect(parseDhcpStatements(column)).toEqual({ others: [column] }),
  )

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.isArray(parseDhcpStatements(`next-server ${text}`).others)).toBe(true)
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})
