import { openUdp, type UdpSocket } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'

/**
 * Waits for the machine's magic packet on its own address, as a network card does while the machine is off.
 * @returns undefined when it cannot: without a port, or without the right to bind it.
 */
export async function listenForMagic(
  machine: MachineIdentity,
  server: ServerAddress,
  onMagic: () => void,
): Promise<UdpSocket | undefined> {
  if (!server.wakePort) return undefined
  const magic = magicOf(machine.mac)
  let isWoken = false
  return openUdp({
    address: machine.ip,
    port: server.wakePort,
    purpose: `${machine.hostname}'s network card`,
    onMessage: (bytes) => {
      if (isWoken || !Buffer.from(bytes).includes(magic)) return
      isWoken = true
      onMagic()
    },
  }).catch(() => undefined)
}

/** Six 0xff, then the MAC sixteen times; a card finds it anywhere in a packet. */
export function magicOf(mac: string): Buffer {
  return Buffer.from('ff'.repeat(6) + mac.replaceAll(':', '').repeat(16), 'hex')
}
