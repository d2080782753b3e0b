import { parseIpv4 } from './ipv4.ts'

/** What a device's dhcpOptions column asks for, as far as our own DHCP server can follow it. */
export interface DhcpStatements {
  router?: string
  dns?: string
  nextServer?: string
  filename?: string
  /** Statements that are not followed. */
  others: string[]
}

/**
 * Reads the comma-separated ISC dhcpd statements of a device: `option routers 10.0.0.1`,
 * `option domain-name-servers 10.0.0.2`, `next-server 10.0.0.3`, `filename "x"`. Like linuxmuster, a column of less
 * than 5 characters counts as empty.
 */
export function parseDhcpStatements(column: string): DhcpStatements {
  const found: DhcpStatements = { others: [] }
  if (column.length < 5) return found
  for (const part of column.split(',')) {
    const statement = part.trim()
    if (statement === '') continue
    const [, key, value = ''] = /^((?:option +)?[a-z-]+) +(.+)$/.exec(statement) ?? []
    const place = key && addresses[key.replace(/ +/, ' ')]
    const file = /^"([\x21\x23-\x7e]{1,127})"$/.exec(value)?.[1]
    if (place && parseIpv4(value)) found[place] = value
    else if (key === 'filename' && file) found.filename = file
    else found.others.push(statement)
  }
  return found
}

const addresses: Record<string, 'router' | 'dns' | 'nextServer'> = {
  'option routers': 'router',
  'option domain-name-servers': 'dns',
  'next-server': 'nextServer',
}
