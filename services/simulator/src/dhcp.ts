import { randomInt } from 'node:crypto'
import { emptyPacket, MessageType, optionsOf, type Packet, readOption } from '@linbo/dhcp/packet'
import { LinboError } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { Mailbox } from './mailbox.ts'
import { openRelay, type Relay } from './relay.ts'

/** What one exchange brought. */
export interface Lease {
  ip: string
  hostname: string | undefined
  group: string | undefined
  server: string | undefined
  bootFile: string | undefined
  /** Where the boot file lies, when that may be another server. */
  bootServer?: string
}

/** Which of the two exchanges of a boot: the firmware's, or udhcpc's inside LINBO (reference 1.1). */
export type Exchange = 'firmware' | 'linbo'

/** How long an answer is awaited, in milliseconds; then the question is repeated. */
const patienceMs = [1000, 2000, 4000]

/**
 * DISCOVER, OFFER, REQUEST, ACK through the server's relay, or one at the machine's own address.
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
  const own = server.relay
    ? undefined
    : await openRelay(machine.ip, { ip: server.ip, port: server.dhcpPort })
  const relay = server.relay ?? (own as Relay)
  const stopListening = relay.listen(xid, (answer) => incoming.put(answer))
  const ask = async (extra: Parameters<typeof optionsOf>[0], wanted: number) => {
    const request = message(machine, exchange, xid, relay.ip, extra)
    for (const waitMs of patienceMs) {
      await relay.send(request)
      const answer = await incoming.take(waitMs, signal)
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
    stopListening()
    await own?.close()
  }
}

const parameters = {
  firmware: [
    1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
  ],
  linbo: [1, 3, 6, 12, 15, 28, 40, 42],
}

/** A client's message, passed on by the relay with the address `giaddr`. */
export function message(
  machine: MachineIdentity,
  exchange: Exchange,
  xid: number,
  giaddr: string,
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
    giaddr,
    chaddr: machine.mac,
    options: optionsOf({
      ...extra,
      parameterList: parameters[exchange],
      maxSize: exchange === 'firmware' ? 1472 : 576,
      ...(exchange === 'firmware' ? firmware : { vendorClass: 'udhcp 1.35.0' }),
    }),
  }
}
