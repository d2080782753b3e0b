import { networkInterfaces } from 'node:os'
import { openUdp, type UdpSocket } from '@linbo/runtime'
import { magicPacket, type Network, wakeTargets } from './wake.ts'

/** Switches machines on. */
export interface Waker {
  /** @throws LinboError or an errno when no packet at all could be sent. */
  wake(host: { mac: string; ip: string | null }, broadcast: boolean): Promise<void>
  close(): Promise<void>
}

/** Sends magic packets to this UDP port, from a socket that is opened when it is first needed. */
export function createWaker(port: number, networks: () => Network[] = ownNetworks): Waker {
  let opening: Promise<UdpSocket> | undefined
  return {
    async wake({ mac, ip }, broadcast) {
      const packet = magicPacket(mac)
      opening ??= openUdp({ port: 0, broadcast: true, purpose: 'Wake-on-LAN', onMessage: () => {} })
      const socket = await opening.catch((error) => {
        opening = undefined
        throw error
      })
      const targets = wakeTargets({ ip, broadcast, networks: networks() })
      const sent = await Promise.allSettled(targets.map((to) => socket.send(packet, port, to)))
      const failed = sent.filter((one) => one.status === 'rejected')
      if (failed.length === targets.length) throw failed[0]?.reason
    },
    async close() {
      const socket = await opening?.catch(() => undefined)
      await socket?.close()
    },
  }
}

function ownNetworks(): Network[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal)
}
