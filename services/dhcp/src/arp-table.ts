const isComplete = 0x2

/** Reads Linux's `/proc/net/arp`: the MAC of every IPv4 neighbour that has answered. */
export function parseArp(table: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of table.split('\n').slice(1)) {
    const [address = '', , flags = '', mac = ''] = line.split(/\s+/)
    if (Number(flags) & isComplete) found.set(address, mac.toLowerCase())
  }
  return found
}
