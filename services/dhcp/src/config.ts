import { dhcpMode, httpPort, type Schema, type Settings, setting } from '@linbo/config'
import { parseAddress, parseRange } from './address.ts'
import { parseSubnets } from './subnet.ts'

const words = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

function each(isGood: (word: string) => boolean, what: string) {
  return (text: string): string[] => {
    const bad = words(text).find((word) => !isGood(word))
    if (bad !== undefined) throw new Error(`has "${bad}", which is no ${what}`)
    return words(text)
  }
}

const none: string[] = []
const addresses = each((word) => parseAddress(word) !== undefined, 'IPv4 address')

/** Settings of the DHCP service. */
export const schema = {
  LINBO_DHCP: dhcpMode,
  LINBO_DHCP_INTERFACE: setting.list(
    none,
    'Interfaces whose networks are answered; required unless `off`.',
  ),
  LINBO_DHCP_POOL: {
    parse: each((word) => parseRange(word) !== undefined, 'range like 10.0.0.100-10.0.0.199'),
    fallback: none,
    sentence:
      'Address ranges for unknown machines and hosts without a fixed address: `10.0.0.100-10.0.0.199,…`; when no network has one, the last quarter of each network on LINBO_DHCP_INTERFACE, 256 addresses at most.',
  },
  LINBO_DHCP_ROUTER: {
    parse: (text: string): string | undefined => setting.address('', '').parse(text),
    fallback: undefined as string | undefined,
    sentence: 'Default router of the networks on LINBO_DHCP_INTERFACE; none when empty.',
  },
  LINBO_DHCP_DNS: {
    parse: addresses,
    fallback: none,
    sentence: 'DNS servers; LINBO knows `$DNS` only when there is exactly one.',
  },
  LINBO_DHCP_DOMAIN: {
    parse: (text: string) => {
      if (/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(text)) return text
      throw new Error('is not a domain like school.lan (at most 63 characters)')
    },
    fallback: 'linbo.internal',
    sentence: "DNS domain; its first label is LINBO's Samba domain.",
  },
  LINBO_DHCP_NTP: { parse: addresses, fallback: none, sentence: 'NTP servers.' },
  LINBO_DHCP_NETBIOS: { parse: addresses, fallback: none, sentence: 'NetBIOS name servers.' },
  LINBO_DHCP_SUBNETS: {
    parse: (text: string) => {
      parseSubnets(text)
      return text
    },
    fallback: '',
    sentence:
      'Networks behind relays, or more about our own: `10.16.0.0/16 router=10.16.255.254 pool=10.16.1.1-10.16.1.99 dns=… next-server=…; …`.',
  },
  LINBO_SUBNETS_FILE: setting.optional(
    undefined,
    "linuxmuster's subnets.csv, which is followed when it changes; there `/etc/linuxmuster/subnets.csv`.",
  ),
  LINBO_DHCP_PORT: setting.port(
    67,
    'Where requests arrive; clients are answered on the next higher port.',
  ),
  LINBO_HTTP_PORT: httpPort,
  LINBO_DHCP_PROXY_PORT: setting.port(4011, 'Where PXE clients ask a proxy for the boot file.'),
} satisfies Schema

export type DhcpSettings = Settings<typeof schema> & {
  LINBO_SERVER_IP: string
  LINBO_DATA_DIR: string
}
