import { readFile } from 'node:fs/promises'
import { type Clock, openUdp } from '@linbo/runtime'
import { parseArp } from './arp-table.ts'

/** Who answers for addresses on our own links. */
export interface Neighbours {
  /** Asks for every address, waits a moment, and tells the MACs of those somebody answered for. */
  probe(addresses: string[]): Promise<Map<string, string>>
  close(): Promise<void>
}

/** The discard port: what arrives there is thrown away. */
const discard = 9
const waitMs = 300

/**
 * Node sends no ARP and no ICMP, but the kernel asks by ARP before it sends any packet, and writes down who answered.
 * No machine can hide from that behind a firewall, as it can from a ping.
 */
export async function openNeighbours(clock: Clock): Promise<Neighbours> {
  const socket = await openUdp({ port: 0, purpose: 'DHCP', onMessage() {} })
  return {
    async probe(addresses) {
      const ask = (one: string) => socket.send(new Uint8Array(1), discard, one).catch(() => {})
      await Promise.all(addresses.map(ask))
      await new Promise<void>((resolve) => void clock.after(waitMs, resolve))
      const known = parseArp(await readFile('/proc/net/arp', 'utf8').catch(() => ''))
      return new Map([...known].filter(([address]) => addresses.includes(address)))
    },
    close: () => socket.close(),
  }
}
