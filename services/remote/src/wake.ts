/**
 * The magic packet that switches a machine on: six 0xff, then its MAC sixteen times.
 *
 *     ff ff ff ff ff ff | MAC | MAC | … 16 times       102 bytes
 *
 * @param mac with colons or dashes
 * @throws RangeError when it is no MAC address
 */
export function magicPacket(mac: string): Uint8Array {
  const bytes = mac
    .split(/[:-]/)
    .map((part) => (/^[0-9a-f]{2}$/i.test(part) ? parseInt(part, 16) : NaN))
  if (bytes.length !== 6 || bytes.some(Number.isNaN)) {
    throw new RangeError(`${JSON.stringify(mac)} is no MAC address`)
  }
  const packet = new Uint8Array(102).fill(0xff)
  for (let at = 6; at < packet.length; at += 6) packet.set(bytes, at)
  return packet
}

/** An IPv4 address of one of our own interfaces. */
export interface Network {
  address: string
  netmask: string
}

/**
 * Where a machine's magic packets go: to everybody on the network of our default route, to everybody on the network of
 * ours that the machine is in, and to the address it had, which a switch may still know a port for.
 * @param broadcast also to its subnet's broadcast address when it is in none of our networks (a /24 is assumed), for
 *   routers that pass directed broadcasts on
 */
export function wakeTargets(options: {
  ip: string | null
  broadcast: boolean
  networks: readonly Network[]
}): string[] {
  const { ip } = options
  const targets = new Set(['255.255.255.255'])
  if (ip === null) {
    for (const network of options.networks)
      targets.add(broadcastOf(network.address, network.netmask))
    return [...targets]
  }
  const own = options.networks.filter(
    ({ address, netmask }) => broadcastOf(address, netmask) === broadcastOf(ip, netmask),
  )
  for (const { netmask } of own) targets.add(broadcastOf(ip, netmask))
  if (options.broadcast && own.length === 0) targets.add(broadcastOf(ip, '255.255.255.0'))
  targets.add(ip)
  return [...targets]
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number)
  return address
    .split('.')
    .map((part, index) => Number(part) | (~(mask[index] ?? 255) & 255))
    .join('.')
}
