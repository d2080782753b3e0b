import { whyNotGroup, whyNotHostname } from '../names.ts'

/** The DHCP servers we can write a configuration for. */
export const dhcpServers = ['isc', 'kea', 'dnsmasq', 'windows', 'opnsense'] as const
export type DhcpServerKind = (typeof dhcpServers)[number]

/** What another DHCP server has to know to bring machines to LINBO. */
export interface DhcpFacts {
  /** LINBO_SERVER_IP. */
  server: string
  hosts: DhcpHost[]
  /** The first file of each kind of network boot code. */
  files: DhcpBootFiles
}

export interface DhcpHost {
  hostname: string
  /** Lower-case with colons. */
  mac: string
  /** Null: from the other server's pool. */
  ip: string | null
  group: string
  /** devices.csv's flag; 0 means no LINBO. */
  pxe: number
  /** Its extra ISC dhcpd statements, comma separated. */
  dhcp_options?: string
}

/** Paths below LINBO_DIR for TFTP, or URLs. */
export interface DhcpBootFiles {
  bios: string
  uefi: string
  /** For UEFI HTTP boot. */
  http: string
}

/** How LINBO calls a machine it does not know. */
export const unknownHost = 'pxeclient'

/** The group a machine is told, or undefined for one without LINBO. */
export const groupOf = (host: DhcpHost) => (host.pxe === 0 ? undefined : host.group)

/**
 * The hosts whose names every one of the servers takes as they are: letters, digits, `-` and `_`. Others
 * could break the configuration they stand in, and LINBO would not take their names either.
 */
export function printable(facts: DhcpFacts): { hosts: DhcpHost[]; leftOut: number } {
  const hosts = facts.hosts.filter(
    ({ hostname, group, mac, ip }) =>
      whyNotHostname(hostname) === undefined &&
      whyNotGroup(group) === undefined &&
      /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) &&
      (ip === null || /^\d{1,3}(\.\d{1,3}){3}$/.test(ip)),
  )
  return { hosts, leftOut: facts.hosts.length - hosts.length }
}

/** Lines of a comment, and one about the hosts that are missing. */
export function heading(mark: string, lines: string[], leftOut: number): string {
  const missing = `${leftOut} hosts are left out: their names are not ones LINBO knows.`
  return [...lines, ...(leftOut > 0 ? [missing] : [])]
    .map((line) => `${mark} ${line}`.trimEnd())
    .join('\n')
}

/** For servers that cannot name another one in option 54. */
export const cannotName = (server: string) => [
  'This server always names itself in option 54, and LINBO takes that for its own server. So either',
  `  set LINBO_SERVER_OVERLAY=yes on ${server}, then "linbo boot build": LINBO then takes its server, host name and group from there; or`,
  '  switch this server off in the LINBO networks and set LINBO_DHCP=full.',
]
