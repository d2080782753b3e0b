import { pause } from '@linbo/runtime'
import dhcp, { type Reply } from 'dhcp'
import { doubtful, type Finding, ill, well } from './check.ts'

const name = 'stranger'
const offerType = 2
/** RFC 2131 2: what is sent to the address we do not have yet would not be heard. */
const broadcastFlag = 0x8000

/**
 * Asks for an offer with npm's `dhcp`, a DHCP client that is not ours and reads the offer its own way. Takes no lease.
 * @param from our address on the network card to ask through
 * @param server whose offer is waited for; anybody's when undefined
 * @param waitMs how long at most
 */
export async function askAsStranger(
  question: { from: string; mac: string; server: string | undefined; waitMs: number },
  signal: AbortSignal,
): Promise<Finding> {
  const { from, mac, server, waitMs } = question
  const chaddr = mac.toUpperCase().replaceAll(':', '-')
  const others = new Set<string>()
  const answered = new AbortController()
  let finding: Finding | undefined
  const end = (found: Finding) => {
    finding ??= found
    answered.abort()
  }
  // Answers come to everybody; what leaves from our address leaves through its network card.
  const listener = quietClient(mac)
  const sender = quietClient(mac)
  listener.on('message', (reply) => {
    if (reply.chaddr !== chaddr || reply.options[53] !== offerType) return
    const by = serverOf(reply)
    if (server === undefined || by === server) end(well(name, tell(reply)))
    else others.add(by)
  })
  listener.on('error', ({ message }) => {
    const fix = 'Look at the answer with tcpdump: programs of others may not understand it either.'
    end(ill(name, `npm's dhcp cannot read an answer: ${message}`, fix))
  })
  listener.listen(68, '0.0.0.0', () => sender.listen(68, from, () => sender.sendDiscover()))
  try {
    await pause(waitMs, AbortSignal.any([signal, answered.signal]))
  } finally {
    listener.close()
    sender.close()
  }
  return finding ?? silence(server, [...others])
}

/** A client that asks for an answer to everybody, and goes no further than its question. */
function quietClient(mac: string) {
  const client = dhcp.createClient({ mac, features: ['hostname', 'nisDomain', 'bootFile'] })
  client.handleOffer = () => {}
  const send = client._send.bind(client)
  client._send = (host, packet) => send(host, { ...packet, flags: broadcastFlag })
  return client
}

function silence(server: string | undefined, others: string[]): Finding {
  const fix = 'A machine nobody registered gets an offer only where a server has a pool.'
  const detail = `npm's dhcp hears no offer${server ? ` from ${server}` : ''}`
  return doubtful(name, others.length ? `${detail}, but from ${others.join(', ')}` : detail, fix)
}

const serverOf = ({ siaddr, options }: Reply) => String(options[54] ?? siaddr)

function tell(reply: Reply): string {
  const { 12: hostname, 40: group } = reply.options
  const parts = [
    `npm's dhcp reads: ${serverOf(reply)} offers ${reply.yiaddr}`,
    hostname && `name ${hostname}`,
    group && `group ${group}`,
  ]
  return parts.filter(Boolean).join(', ')
}
