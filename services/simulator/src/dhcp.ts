import { randomInt } from 'node:crypto'
import {
  decode,
  emptyPacket,
  encode,
  MessageType,
  optionsOf,
  type Packet,
  readOption,
} from '@linbo/dhcp/packet'
import { LinboError, openUdp } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { Mailbox } from './mailbox.ts'

/** What one exchange brought. */
export interface Lease {
  ip: string
  hostname: string | undefined
  group: string | undefined
  server: string | undefined
  bootFile: string | undefined
}

/** Which of the two exchanges of a boot: the firmware's, or udhcpc's inside LINBO (reference 1.1). */
export type Exchange = 'firmware' | 'linbo'

/**
 * DISCOVER, OFFER, REQUEST, ACK, sent through a relay that has the machine's own address, because a broadcast
 * does not cross loopback.
 * @throws LinboError `SIM_NO_LEASE` when the server stays silent or refuses; the reason of `signal` when it aborts.
 */
export async function askForLease(
  machine: MachineIdentity,
  server: ServerAddress,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Lease> {
  const incoming = new Mailbox<Packet>()
  const xid = randomInt(2 ** 32 - 1)
  const socket = await openUdp({
    address: machine.ip,
    port: server.dhcpPort,
    // The server may have taken this port for all addresses of the machine.
    reuseAddr: true,
    purpose: `${machine.hostname}'s DHCP relay`,
    onMessage(bytes) {
      const packet = decoded(bytes)
      if (packet?.xid === xid) incoming.put(packet)
    },
  })
  const ask = async (extra: Parameters<typeof optionsOf>[0], wanted: number) => {
    const request = message(machine, exchange, xid, extra)
    for (let attempt = 0; attempt < 3; attempt++) {
      await socket.send(encode(request), server.dhcpPort, server.ip)
      const answer = await incoming.take(1000, signal)
      signal.throwIfAborted()
      if (answer && readOption(answer.options, 'messageType') === wanted) return answer
    }
    throw new LinboError(
      'SIM_NO_LEASE',
      `${machine.hostname} got no ${exchange} lease from ${server.ip}`,
    )
  }
  try {
    const offer = await ask({ messageType: MessageType.discover }, MessageType.offer)
    const ack = await ask(
      {
        messageType: MessageType.request,
        requestedAddress: offer.yiaddr,
        serverIdentifier: readOption(offer.options, 'serverIdentifier'),
      },
      MessageType.ack,
    )
    return {
      ip: ack.yiaddr,
      hostname: readOption(ack.options, 'hostName'),
      group: readOption(ack.options, 'nisDomain'),
      server: readOption(ack.options, 'serverIdentifier'),
      bootFile: ack.file || readOption(ack.options, 'bootFile'),
    }
  } finally {
    await socket.close()
  }
}

/** What is no DHCP packet is not for us. */
function decoded(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}

const parameters = {
  firmware: [
    1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
  ],
  linbo: [1, 3, 6, 12, 15, 28, 40, 42],
}

function message(
  machine: MachineIdentity,
  exchange: Exchange,
  xid: number,
  extra: Parameters<typeof optionsOf>[0],
): Packet {
  const arch = machine.firmware === 'bios' ? 0 : 7
  const firmware = {
    clientArch: [arch],
    vendorClass: `PXEClient:Arch:${String(arch).padStart(5, '0')}:UNDI:003000`,
  }
  return {
    ...emptyPacket,
    op: 'request',
    hops: 1,
    xid,
    broadcast: exchange === 'firmware',
    giaddr: machine.ip,
    chaddr: machine.mac,
    options: optionsOf({
      ...extra,
      parameterList: parameters[exchange],
      maxSize: exchange === 'firmware' ? 1472 : 576,
      ...(exchange === 'firmware' ? firmware : { vendorClass: 'udhcp 1.35.0' }),
    }),
  }
}
