import assert from 'node:assert/strict'
import { delivers, isData, isError } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack, error, numbers, opcode, request } from '../packet.ts'
import type { Peer } from '../peer.ts'

const read: [string, string][] = [
  ['blksize', '1468'],
  ['tsize', '0'],
]

/** A real client reads a large file meanwhile, and gets it whole. */
async function beside(bench: Bench, flood: () => Promise<unknown>): Promise<void> {
  const reading = delivers(bench, 'linbofs64', { options: read })
  await Promise.all([flood(), reading])
  const peer = await bench.peer()
  isData(await peer.ask('boot/grub/grub.cfg'), 1)
}

/** Repeatable randomness (xorshift). */
function randomness(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const valid = [
  request('kernel', [...read, ['windowsize', '16'], ['timeout', '1']]),
  request('boot/grub/grub.cfg', [], 'netascii'),
  request('linbofs64', [], 'octet', opcode.wrq),
  ack(1),
  error(4, 'no'),
  numbers(opcode.data, 1, 2, 3),
  Buffer.concat([numbers(opcode.oack), Buffer.from('blksize\x001468\0')]),
]

/** Bytes by chance, or a valid packet with some of its bytes changed, cut off or repeated. */
function rubbish(random: (below: number) => number): Buffer {
  if (random(3) === 0) return Buffer.from(Array.from({ length: random(600) }, () => random(256)))
  const packet = Buffer.from(valid[random(valid.length)]!)
  for (let count = random(4); count >= 0; count--) packet[random(packet.length)] = random(256)
  if (random(4) === 0) return packet.subarray(0, random(packet.length))
  return random(6) === 0 ? Buffer.concat([packet, packet]) : packet
}

/** Many clients that ask, and then do what they are told once. */
async function half(bench: Bench, count: number, then: (peer: Peer) => Promise<void>) {
  const peers = await Promise.all(Array.from({ length: count }, () => bench.peer()))
  for (const [index, peer] of peers.entries()) {
    await peer.send(request('linbofs64', read), bench.server.port)
    if (index % 50 === 49) await then(peer)
  }
  for (const peer of peers) await then(peer)
}

export const floods: Check[] = [
  {
    name: 'survives 2,000 malformed packets beside a transfer',
    run: (bench) =>
      beside(bench, async () => {
        const random = randomness(20261121)
        const peers = await Promise.all([1, 2, 3, 4].map(() => bench.peer()))
        for (let count = 0; count < 2000; count++) {
          await peers[count % 4]!.send(rubbish(random), bench.server.port)
        }
      }),
  },
  {
    name: 'survives 2,000 malformed packets into a transfer',
    async run(bench) {
      const random = randomness(7)
      const stranger = await bench.peer()
      await delivers(bench, 'kernel', {
        options: [['blksize', '1024']],
        async beforeAck(block, peer) {
          for (let count = 0; count < 12; count++) await stranger.send(rubbish(random), peer.tid)
          return block < 0
        },
      })
    },
  },
  {
    name: 'serves a client beside 500 that never answer the OACK',
    run: (bench) => beside(bench, () => half(bench, 500, async () => {})),
  },
  {
    name: 'serves a client beside 500 that vanish after block 1',
    run: (bench) =>
      beside(bench, () =>
        half(bench, 500, async (peer) => {
          if (peer.tid !== 0) return
          // A server that is full may drop a request: a client asks again.
          for (let attempt = 0; attempt < 20 && peer.tid === 0; attempt++) {
            peer.tid = (await peer.poll(500))?.port ?? 0
            if (peer.tid === 0) await peer.send(request('linbofs64', read), bench.server.port)
          }
          await peer.send(ack(0))
        }),
      ),
  },
  {
    name: 'serves a client whose server has given all its places to clients that never answer',
    async run(bench) {
      await half(bench, 1000, async () => {})
      await beside(bench, async () => {})
    },
  },
  {
    name: 'serves a client beside 10,000 requests for files that are missing',
    run: (bench) =>
      beside(bench, async () => {
        const peers = await Promise.all(Array.from({ length: 20 }, () => bench.peer()))
        for (let count = 0; count < 10_000; count++) {
          const asking = request(`boot/grub/grub.cfg-${count}`)
          await peers[count % 20]!.send(asking, bench.server.port)
          if (count % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 20))
        }
        isError(await peers[0]!.next(), 1)
      }),
  },
  {
    name: 'serves a client beside one that sends 5,000 equal requests',
    run: (bench) =>
      beside(bench, async () => {
        const peer = await bench.peer()
        for (let count = 0; count < 5000; count++) {
          await peer.send(request('kernel', read), bench.server.port)
        }
        const ports = new Set((await peer.collect(200)).map(({ port }) => port))
        assert(ports.size <= 2, `${ports.size} transfers`)
        assert(ports.size > 0, 'no answer')
      }),
  },
  {
    name: 'serves a client beside 5,000 ACKs into the void',
    run: (bench) =>
      beside(bench, async () => {
        const peer = await bench.peer()
        for (let count = 0; count < 5000; count++) await peer.send(ack(count), bench.server.port)
      }),
  },
]
