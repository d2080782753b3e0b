import {
  cannotName,
  type DhcpFacts,
  type DhcpHost,
  groupOf,
  heading,
  printable,
  unknownHost,
} from './facts.ts'

/** A file for dnsmasq 2.80 and newer, to be put into `/etc/dnsmasq.d`. */
export function dnsmasqConfig(facts: DhcpFacts): string {
  return dnsmasqText(facts, [
    'LINBO for dnsmasq. Save as /etc/dnsmasq.d/linbo.conf,',
    'then: dnsmasq --test && systemctl restart dnsmasq',
  ])
}

/** The settings behind an introduction of one's own. */
export function dnsmasqText(facts: DhcpFacts, intro: string[]): string {
  const { server, files } = facts
  const { hosts, leftOut } = printable(facts)
  const groups = [...new Set(hosts.flatMap((host) => groupOf(host) ?? []))].sort()
  return `${heading('#', [...intro, '', ...cannotName(server)], leftOut)}

dhcp-match=set:linbo-bios,option:client-arch,0
dhcp-match=set:linbo-uefi,option:client-arch,7
dhcp-match=set:linbo-uefi,option:client-arch,9
dhcp-match=set:linbo-http,option:client-arch,16
dhcp-vendorclass=set:linbo-client,PXEClient
dhcp-vendorclass=set:linbo-client,udhcp
dhcp-boot=tag:linbo-bios,${files.bios},linbo,${server}
dhcp-boot=tag:linbo-uefi,${files.uefi},linbo,${server}
dhcp-boot=tag:linbo-http,${files.http}
dhcp-option-force=tag:linbo-http,60,HTTPClient
dhcp-option-force=tag:linbo-client,tag:!known,12,${unknownHost}

${groups.flatMap(groupOptions).join('\n')}

${hosts.flatMap(hostLines).join('\n')}
`
}

function groupOptions(group: string): string[] {
  return [40, 18].map((code) => `dhcp-option-force=tag:linbo-group-${group},${code},${group}`)
}

function hostLines(host: DhcpHost): string[] {
  const { mac, ip, hostname } = host
  const group = groupOf(host)
  const tag = group ? [`set:linbo-group-${group}`] : []
  const place = ip ? [ip] : []
  // dnsmasq would read these as how long the lease lasts, or as an order to give none.
  if (!/^(\d+[smhdw]?|infinite|ignore)$/.test(hostname)) {
    return [`dhcp-host=${[mac, ...tag, ...place, hostname].join(',')}`]
  }
  const own = `linbo-host-${hostname}`
  return [
    `dhcp-host=${[mac, ...tag, `set:${own}`, ...place].join(',')}`,
    `dhcp-option-force=tag:${own},12,${hostname}`,
  ]
}
