import { dnsmasqConfig } from './dnsmasq.ts'
import type { DhcpFacts, DhcpServerKind } from './facts.ts'
import { iscConfig } from './isc.ts'
import { keaConfig } from './kea.ts'
import { opnsenseConfig } from './opnsense.ts'
import { windowsConfig } from './windows.ts'

export {
  type DhcpBootFiles,
  type DhcpFacts,
  type DhcpHost,
  type DhcpServerKind,
  dhcpServers,
} from './facts.ts'

const configs: Record<DhcpServerKind, (facts: DhcpFacts) => string> = {
  isc: iscConfig,
  kea: keaConfig,
  dnsmasq: dnsmasqConfig,
  windows: windowsConfig,
  opnsense: opnsenseConfig,
}

/** The text an administrator gives to a DHCP server of this kind, so that its machines find LINBO. */
export function dhcpConfig(kind: DhcpServerKind, facts: DhcpFacts): string {
  return configs[kind](facts)
}
