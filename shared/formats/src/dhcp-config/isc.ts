import { type DhcpFacts, type DhcpHost, groupOf, heading, printable, unknownHost } from './facts.ts'

/** A file for ISC dhcpd 4.4, to be included at the end of `dhcpd.conf`. */
export function iscConfig(facts: DhcpFacts): string {
  const { server, files } = facts
  const { hosts, leftOut } = printable(facts)
  const intro = heading(
    '#',
    [
      'LINBO for ISC dhcpd. Save as /etc/dhcp/linbo.conf and write at the end of /etc/dhcp/dhcpd.conf:',
      '  include "/etc/dhcp/linbo.conf";',
      'then: dhcpd -t && systemctl restart isc-dhcp-server',
      '',
      `Only LINBO itself (vendor class udhcp) is told that ${server} is its DHCP server; all others renew here.`,
    ],
    leftOut,
  )
  return `${intro}

if substring(option vendor-class-identifier, 0, 10) = "HTTPClient" {
  option vendor-class-identifier "HTTPClient";
  filename "${files.http}";
} elsif substring(option vendor-class-identifier, 0, 9) = "PXEClient" {
  next-server ${server};
  option host-name "${unknownHost}";
  option dhcp-parameter-request-list = concat(option dhcp-parameter-request-list, 0c, 12, 28);
  if substring(option vendor-class-identifier, 15, 5) = "00007"
    or substring(option vendor-class-identifier, 15, 5) = "00009" {
    filename "${files.uefi}";
  } else {
    filename "${files.bios}";
  }
} elsif substring(option vendor-class-identifier, 0, 5) = "udhcp" {
  option dhcp-server-identifier ${server};
  option host-name "${unknownHost}";
}

${hosts.map(hostDeclaration).join('\n')}
`
}

function hostDeclaration(host: DhcpHost): string {
  const group = groupOf(host)
  return [
    `host ${host.hostname} {`,
    `  hardware ethernet ${host.mac};`,
    ...(host.ip ? [`  fixed-address ${host.ip};`] : []),
    `  option host-name "${host.hostname}";`,
    ...(group ? [`  option nis-domain "${group}";`, `  option extensions-path "${group}";`] : []),
    ...statements(host.dhcp_options ?? ''),
    '}',
  ].join('\n')
}

/** The host's own statements; like linuxmuster, none of less than 5 characters. What dhcpd may not be told is a comment. */
function statements(column: string): string[] {
  if (column.length < 5) return []
  const parts = column.split(',').map((part) => part.trim())
  return parts.filter(Boolean).map((part) => {
    if (harmless.test(part) && hasPairs(part)) return `  ${part};`
    return `  # not taken over: ${part.replace(/[^\x20-\x7e]/g, '?')}`
  })
}

/** Words that set something for one host; nothing that ends its block, runs a program or includes a file. */
const harmless =
  /^(?:option|filename|next-server|server-name|(?:default|min|max)-lease-time|always-broadcast) [^{};#\\\x00-\x1f\x7f-\uffff]+$/

function hasPairs(text: string): boolean {
  return (text.match(/"/g)?.length ?? 0) % 2 === 0
}
