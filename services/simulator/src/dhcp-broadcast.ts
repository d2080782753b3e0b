import { randomInt } from 'node:crypto'
import {
  decode,
  encode,
  MessageType,
  type optionsOf,
  type Packet,
  readOption,
} from '@linbo/dhcp/packet'
import { LinboError, openUdp } from '@linbo/runtime'
import { type Exchange, type Lease, message } from './dhcp.ts'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { Mailbox } from './mailbox.ts'

/** A PXE client asks its boot server on this port (PXE 2.1, 2.2.3). */
const bootServerPort = 4011
/** dnsmasq looks for three seconds whether an address is free before it offers it. */
const patienceMs = 4000
const attempts = 3

/**
 * DISCOVER, OFFER, REQUEST, ACK by broadcast. Firmware that is offered an address without a boot file takes that
 * from a PXE proxy's offer; UEFI asks the proxy once more on port 4011.
 * @throws LinboError `SIM_NO_LEASE` when nobody answers; the reason of `signal` when it aborts.
 */
export async function askByBroadcast(
  machine: MachineIdentity,
  server: ServerAddress,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Lease> {
  const incoming = new Mailbox<Packet>()
  const xid = randomInt(2 ** 32 - 1)
  const socket = await openUdp({
    address: '0.0.0.0',
    port: server.dhcpPort + 1,
    broadcast: true,
    purpose: `${machine.hostname}'s DHCP client`,
    onMessage(bytes) {
      const packet = decode(bytes)
      if (packet.xid === xid) incoming.put(packet)
    },
  })
  async function ask(request: Packet, fits: (answer: Packet) => boolean, bootServer?: string) {
    const port = bootServer ? bootServerPort : server.dhcpPort
    for (let attempt = 0; attempt < attempts; attempt++) {
      await socket.send(encode(request), port, bootServer ?? '255.255.255.255')
      for (;;) {
        const answer = await incoming.take(patienceMs, signal)
        signal.throwIfAborted()
        if (!answer) break
        if (fits(answer)) return answer
      }
    }
    const what = bootServer ? `no answer from ${bootServer}` : `no ${exchange} lease`
    throw new LinboError('SIM_NO_LEASE', `${machine.hostname} got ${what}`)
  }
  const build = (extra: Parameters<typeof optionsOf>[0]) => ({
    ...message(machine, exchange, xid, '0.0.0.0', extra),
    hops: 0,
    broadcast: true,
  })

  try {
    const offers: Packet[] = []
    await ask(build({ messageType: MessageType.discover }), (answer) => {
      if (isType(answer, MessageType.offer)) offers.push(answer)
      const main = offers.find(givesAddress)
      return main !== undefined && (exchange === 'linbo' || !!fileOf(main) || offers.some(isProxys))
    })
    const main = offers.find(givesAddress) as Packet
    const proxy = exchange === 'firmware' && !fileOf(main) ? offers.find(isProxys) : undefined
    const chosen = {
      messageType: MessageType.request,
      requestedAddress: main.yiaddr,
      serverIdentifier: readOption(main.options, 'serverIdentifier'),
    }
    const isAck = (answer: Packet) => isType(answer, MessageType.ack)
    const ack = await ask(build(chosen), (answer) => isAck(answer) && givesAddress(answer))
    const isAskedAgain = proxy && machine.firmware === 'uefi-x64'
    const boot = isAskedAgain
      ? await ask(
          { ...build({ messageType: MessageType.request }), broadcast: false, ciaddr: ack.yiaddr },
          (answer) => isAck(answer) && !givesAddress(answer),
          readOption(proxy.options, 'serverIdentifier') ?? proxy.siaddr,
        )
      : (proxy ?? ack)
    return {
      ip: ack.yiaddr,
      hostname: readOption(ack.options, 'hostName'),
      group: readOption(ack.options, 'nisDomain'),
      server: readOption(ack.options, 'serverIdentifier'),
      bootFile: fileOf(boot),
      bootServer: boot.siaddr,
    }
  } finally {
    await socket.close()
  }
}

const isType = ({ options }: Packet, type: number) => readOption(options, 'messageType') === type
const givesAddress = ({ yiaddr }: Packet) => yiaddr !== '0.0.0.0'
const fileOf = ({ file, options }: Packet) => file || readOption(options, 'bootFile') || undefined
const isProxys = (packet: Packet) =>
  !givesAddress(packet) && readOption(packet.options, 'vendorClass') === 'PXEClient'
