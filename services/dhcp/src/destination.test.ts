import { expect, it } from 'vitest'
import { destination } from './destination.ts'
import { emptyPacket, encodeRelay, optionsOf, type Packet } from './packet.ts'
import { type Request, understand } from './request.ts'

const relay = { giaddr: '10.16.0.1' }
const sourcePort = optionsOf({ messageType: 1, relayAgent: encodeRelay({ sourcePort: true }) })

it.each([
  ['a relay at its server port', relay, 'offer', '10.16.0.1', 67],
  [
    'a relay at the port it asked from',
    { ...relay, options: sourcePort },
    'offer',
    '10.16.0.1',
    3000,
  ],
  ['a refusal to the relay', { ...relay, ciaddr: '10.16.0.9' }, 'nak', '10.16.0.1', 67],
  ['an address in use', { ciaddr: '10.0.0.9' }, 'ack', '10.0.0.9', 68],
  ['a refusal to everybody', { ciaddr: '10.0.0.9' }, 'nak', '255.255.255.255', 68],
  ['a client that wants broadcasts', { broadcast: true }, 'offer', '255.255.255.255', 68],
  ['a client that wants unicast but has no address', {}, 'offer', '255.255.255.255', 68],
] as [string, Partial<Packet>, 'offer', string, number][])(
  'answers %s (RFC 2131 4.1)',
  (_name, fields, kind, address, port) => {
    const options = optionsOf({ messageType: 1 })
    const chaddr = '52:54:00:1b:0b:11'
    const request = understand({ ...emptyPacket, chaddr, options, ...fields }) as Request
    const to = destination(request, kind, { server: 67, client: 68 }, 3000)
    expect(to).toEqual({ address, port })
  },
)
