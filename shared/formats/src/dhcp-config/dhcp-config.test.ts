import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DhcpFacts, dhcpConfig, dhcpServers } from './index.ts'

const facts: DhcpFacts = {
  server: '10.0.0.1',
  files: {
    bios: 'boot/grub/i386-pc/core.0',
    uefi: 'boot/grub/x86_64-efi/core.efi',
    http: 'http://10.0.0.1:8080/boot/grub/x86_64-efi/core-http.efi',
  },
  hosts: [
    { hostname: 'pc01', mac: '52:54:00:1b:0b:01', ip: '10.0.0.11', group: 'win11', pxe: 1 },
    { hostname: 'pc02', mac: '52:54:00:1b:0b:02', ip: null, group: 'win11', pxe: 1 },
    { hostname: 'pc03', mac: '52:54:00:1b:0b:03', ip: '10.0.0.13', group: 'win11', pxe: 0 },
  ],
}

describe.each(dhcpServers)('the configuration for %s', (kind) => {
  const text = dhcpConfig(kind, facts)

  it('names every host, its group, the server and the boot files of both firmwares', () => {
    for (const { hostname } of facts.hosts) expect(text).toContain(hostname)
    for (const part of ['10.0.0.11', 'win11', facts.server, facts.files.bios, facts.files.uefi]) {
      expect(text).toContain(part)
    }
  })

  it('says what to do about option 54 where the server names itself', () => {
    const canName = kind === 'isc' || kind === 'kea'
    expect(text.includes('LINBO_SERVER_OVERLAY')).toBe(!canName)
  })

  it('lets no name out of its place', () => {
    const odd = fc.record({
      hostname: fc.string({ unit: 'binary', maxLength: 70 }),
      mac: fc.oneof(fc.constant('52:54:00:00:00:01'), fc.string()),
      ip: fc.option(fc.oneof(fc.constant('10.0.0.9'), fc.string())),
      group: fc.string({ unit: 'binary', maxLength: 70 }),
      pxe: fc.integer({ min: 0, max: 3 }),
      dhcp_options: fc.string({ unit: 'binary', maxLength: 60 }),
    })
    const line = /^[\x20-\x7e]*$/
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 5 }), (hosts) => {
        const lines = dhcpConfig(kind, { ...facts, hosts }).split('\n')
        expect(lines.filter((one) => !line.test(one))).toEqual([])
        const known = dhcpConfig(kind, { ...facts, hosts: [] }).split('\n').length
        // No host takes more lines than this in any of the languages.
        expect(lines.length - known).toBeLessThanOrEqual(1 + hosts.length * 32)
      }),
    )
  })
})

describe('the configuration for isc', () => {
  const own = (dhcp_options: string) =>
    dhcpConfig('isc', { ...facts, hosts: [{ ...facts.hosts[0]!, dhcp_options }] })

  it("has a host's own statements", () => {
    const text = own('next-server 10.0.0.9, filename "x.efi", option routers 10.0.0.8')
    expect(text).toContain(
      '  next-server 10.0.0.9;\n  filename "x.efi";\n  option routers 10.0.0.8;\n}',
    )
  })

  it.each(['execute("reboot")', 'option x "', 'option x; }', 'include "/x"', 'filename "\n"'])(
    'has only a comment of %j',
    (statement) => {
      const lines = own(statement).trimEnd().split('\n')
      expect(lines.at(-2)).toMatch(/^ {2}# not taken over: /)
      expect(lines.at(-1)).toBe('}')
    },
  )

  it('has none of less than five characters', () => {
    expect(own('x y')).not.toContain('x y')
  })
})

describe('the configuration for kea', () => {
  it('is JSON between its comment and the braces it is put into', () => {
    const text = dhcpConfig('kea', facts).replace(/^\/\/.*$/gm, '')
    const config = JSON.parse(`{${text}}`)
    expect(config.reservations[0]).toMatchObject({
      'hw-address': '52:54:00:1b:0b:01',
      'ip-address': '10.0.0.11',
      hostname: 'pc01',
    })
    expect(config.reservations[2]['option-data']).toHaveLength(1)
  })
})

describe('the configuration for windows', () => {
  it('calls only functions it defines and commands of the DHCP module', () => {
    const text = dhcpConfig('windows', facts)
    const code = text.replace(/^#.*$/gm, '').replace(/'[^']*'/g, "''")
    const called = code.match(/\b[A-Z][a-z]+-[A-Za-z0-9]+/g) ?? []
    const defined = new Set(code.match(/(?<=^function )\S+?(?=\()/gm))
    const others = new Set(called.filter((name) => !defined.has(name)))
    expect([...others].filter((name) => !/-DhcpServerv4[A-Z]/.test(name)).sort()).toEqual([
      'Import-Module',
      'Where-Object',
      'Write-Warning',
    ])
    expect(code.split('{')).toHaveLength(code.split('}').length)
    expect(code.split('(')).toHaveLength(code.split(')').length)
    expect(text).toContain("Set-LinboHost 'pc03' '52-54-00-1b-0b-03' '10.0.0.13' ''")
    expect(text).toContain('# pc02 has no fixed address')
  })
})

describe('the configuration for dnsmasq', () => {
  it('keeps names that dnsmasq would read as the length of a lease', () => {
    const names = ['12h', '7', 'infinite', 'ignore']
    const hosts = names.map((hostname, index) => ({
      ...{ hostname, mac: `52:54:00:00:00:0${index}`, ip: null, group: 'g', pxe: 1 },
    }))
    const text = dhcpConfig('dnsmasq', { ...facts, hosts })
    for (const name of names) {
      expect(text).toContain(`dhcp-option-force=tag:linbo-host-${name},12,${name}\n`)
    }
    expect(text).not.toMatch(/^dhcp-host=.*,(12h|7|infinite|ignore)$/m)
  })
})
