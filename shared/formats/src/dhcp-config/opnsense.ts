import { dnsmasqText } from './dnsmasq.ts'
import type { DhcpFacts } from './facts.ts'

/** A file for the dnsmasq of OPNsense 25.7 and newer, whose dialogues cannot say all of it. */
export function opnsenseConfig(facts: DhcpFacts): string {
  return dnsmasqText(facts, [
    'LINBO for OPNsense with "Services: Dnsmasq DNS & DHCP" as its DHCP server.',
    'Save on the firewall as /usr/local/etc/dnsmasq.conf.d/linbo.conf (ssh, menu item 8: shell),',
    'then: dnsmasq --test -C /usr/local/etc/dnsmasq.conf.d/linbo.conf && configctl dnsmasq restart',
    'Where "ISC DHCPv4" or "Kea DHCP" serves the addresses there is no such folder: give each machine its',
    'address there (DHCP static mapping, reservation), set LINBO_DHCP=proxy here, and use the overlay below.',
  ])
}
