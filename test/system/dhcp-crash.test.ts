import { setTimeout as pause } from 'node:timers/promises'
import { decode, emptyPacket, encode, encodeRelay, optionsOf, readOption } from '@linbo/dhcp/packet'
import { openUdp } from '@linbo/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modes, type Suite, startSuite } from '../support/suite.ts'

const relay = '127.78.0.1'
const machines = 400
const serverIp = '127.0.0.1'

describe.each(modes)('DHCP and kill -9, %s', (mode) => {
  let suite: Suite
  beforeAll(async () => {
    suite = await startSuite(mode, {
      LINBO_DHCP: 'full',
      LINBO_DHCP_INTERFACE: 'lo',
      LINBO_DHCP_SUBNETS: '127.78.0.0/16 pool=127.78.1.1-127.78.9.250',
    })
  }, 90_000)
  afterAll(() => suite?.stop())

  it('loses no lease that a machine was told of, and gives none of them to another', async () => {
    const before = await askMany(suite.ports.dhcp, 0, machines, async (acked) => {
      if (acked === machines / 2) await suite.kill()
    })
    expect(before.size).toBeGreaterThanOrEqual(machines / 2)
    await suite.restart()
    const { items } = await suite.api<{ items: { mac: string; ip: string }[] }>('GET', '/leases')
    const kept = new Map(items.map(({ mac, ip }) => [mac, ip]))
    for (const [mac, ip] of before) expect(kept.get(mac), mac).toBe(ip)
    const after = await askMany(suite.ports.dhcp, machines, machines)
    expect(after.size).toBe(machines)
    const addresses = [...before.values(), ...after.values()]
    expect(new Set(addresses).size).toBe(addresses.length)
  }, 90_000)
})

/**
 * Lets machines ask through a relay, all at once, as in a school in the morning.
 * @returns the addresses that were acknowledged, by MAC, once all are or nothing comes any more.
 */
async function askMany(
  port: number,
  first: number,
  count: number,
  onAck: (acked: number) => Promise<void> = async () => {},
): Promise<Map<string, string>> {
  const leases = new Map<string, string>()
  const done = Promise.withResolvers<void>()
  const socket = await openUdp({
    ...{ port: 0, address: relay, purpose: 'relay', recvBufferSize: 4 << 20 },
    onMessage(bytes) {
      const packet = decode(bytes)
      const type = readOption(packet.options, 'messageType')
      if (type === 2) void say(packet.chaddr, { messageType: 3, requestedAddress: packet.yiaddr })
      if (type !== 5) return
      leases.set(packet.chaddr, packet.yiaddr)
      void onAck(leases.size).then(() => {
        if (leases.size === count) done.resolve()
      })
    },
  })
  function say(chaddr: string, options: { messageType: number; requestedAddress?: string }) {
    const relayAgent = encodeRelay({ sourcePort: true })
    const serverIdentifier = options.messageType === 3 ? serverIp : undefined
    const packet = { ...emptyPacket, chaddr, giaddr: relay, hops: 1 }
    const bytes = encode({
      ...packet,
      options: optionsOf({ ...options, serverIdentifier, relayAgent }),
    })
    return socket.send(bytes, port, serverIp).catch(() => {})
  }
  for (let at = first; at < first + count; at++) {
    const [high, low] = [at >> 8, at & 255].map((part) => part.toString(16).padStart(2, '0'))
    await say(`52:54:00:78:${high}:${low}`, { messageType: 1 })
  }
  await Promise.race([done.promise, pause(3000, undefined, { ref: false })])
  await socket.close()
  return leases
}
