import { readFileSync } from 'node:fs'
import { load, settingsTable } from '@linbo/config'
import { describe, expect, it } from 'vitest'
import { schema } from './config.ts'

describe('the settings', () => {
  it('default to off', () => {
    expect(load(schema, {}).values).toMatchObject({
      LINBO_DHCP: 'off',
      LINBO_DHCP_INTERFACE: [],
      LINBO_DHCP_PORT: 67,
      LINBO_DHCP_PROXY_PORT: 4011,
      LINBO_DHCP_POOL: [],
      LINBO_DHCP_ROUTER: undefined,
      LINBO_DHCP_DOMAIN: 'linbo.internal',
    })
  })

  it('are read from lists', () => {
    const { values } = load(schema, {
      LINBO_DHCP: 'full',
      LINBO_DHCP_POOL: '10.0.0.1-10.0.0.9, 10.0.0.20',
      LINBO_DHCP_DNS: '10.0.0.1,9.9.9.9',
    })
    expect(values.LINBO_DHCP_POOL).toEqual(['10.0.0.1-10.0.0.9', '10.0.0.20'])
    expect(values.LINBO_DHCP_DNS).toEqual(['10.0.0.1', '9.9.9.9'])
  })

  it('stand in the README as they are', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(settingsTable(schema))
  })

  it.each([
    ['LINBO_DHCP', 'on'],
    ['LINBO_DHCP_POOL', '10.0.0.9-10.0.0.1'],
    ['LINBO_DHCP_DNS', 'dns.lan'],
    ['LINBO_DHCP_ROUTER', '10.0.0'],
    ['LINBO_DHCP_DOMAIN', 'two words'],
    ['LINBO_DHCP_SUBNETS', '10.16.0.0'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => load(schema, { [name]: value })).toThrow(name)
  })
})
