import assert from 'node:assert/strict'
import { blocksOf, delivers, isData, oackOf, sameBytes, show } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack, error, numbers, opcode, request } from '../packet.ts'
import type { Peer } from '../peer.ts'

const file = 'blocks40'
const last = 40

/** Acknowledges blocks up to one that is then waiting for its ACK. */
async function goTo(peer: Peer, block: number): Promise<void> {
  await peer.ask(file)
  for (let at = 1; at < block; at++) {
    await peer.send(ack(at))
    await peer.data(at + 1)
  }
}

/** Finishes from a block that came but was not yet acknowledged, and checks what comes. */
async function finish(bench: Bench, peer: Peer, from: number): Promise<void> {
  const content = bench.tree.content(file)
  for (let block = from; block <= last; block++) {
    await peer.send(ack(block))
    if (block === last) return
    const { packet } = await peer.data(block + 1)
    sameBytes(packet.data, content.subarray(block * 512, block * 512 + 512))
  }
}

export const loss: Check[] = [
  {
    name: 'sends the OACK again when it was lost',
    async run(bench) {
      const peer = await bench.peer()
      const first = await peer.ask(file, [
        ['blksize', '512'],
        ['tsize', '0'],
      ])
      const again = await peer.next()
      oackOf(again)
      assert(again.bytes.equals(first.bytes), 'another OACK')
      await peer.send(ack(0))
      for (;;) {
        const { packet } = await peer.next()
        if (packet.op === 'oack') continue
        isData({ packet }, 1)
        break
      }
      await finish(bench, peer, 1)
    },
  },
  {
    name: 'answers a request again whose OACK was lost, without a second transfer',
    async run(bench) {
      const peer = await bench.peer()
      const options: [string, string][] = [['blksize', '512']]
      await peer.ask(file, options)
      await peer.send(request(file, options), bench.server.port)
      assert.equal((await peer.next()).port, peer.tid)
    },
  },
  {
    name: 'sends block 1 once for an ACK 0 that comes five times',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask(file, [['blksize', '512']])
      for (let repeat = 0; repeat < 5; repeat++) await peer.send(ack(0))
      await peer.data(1)
      const blocks = blocksOf(await peer.collect(10))
      assert(blocks.length < 3, `DATA ${blocks} as well`)
      await finish(bench, peer, 1)
    },
  },
  {
    name: 'sends a block again, unchanged, until it is acknowledged',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, 5)
      const once = await peer.data(5)
      const twice = await peer.data(5)
      assert(once.bytes.equals(twice.bytes))
      await finish(bench, peer, 5)
    },
  },
  {
    name: 'sends the last block again until it is acknowledged',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, last)
      await peer.data(last)
      await peer.send(ack(last))
    },
  },
  {
    name: 'does not send later blocks twice after an ACK that came five times',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask(file)
      let packets = 1
      for (let block = 1; block < last; block++) {
        for (let repeat = 0; repeat < 5; repeat++) await peer.send(ack(block))
        packets += peer.arrivals.length
        await peer.data(block + 1)
        packets += 1
      }
      packets += (await peer.collect(15)).length
      assert(packets < last * 2, `${packets} DATA packets for ${last} blocks`)
    },
  },
  {
    name: 'takes no notice of late ACKs',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, 20)
      for (let block = 0; block < 19; block++) await peer.send(ack(block))
      const others = blocksOf(await peer.collect(200)).filter((block) => block !== 20)
      assert.deepEqual(others, [])
      await finish(bench, peer, 20)
    },
  },
  {
    name: 'takes no notice of ACKs for blocks it has not sent',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, 20)
      for (const block of [21, 22, 40, 41, 0x8000, 0xffff]) await peer.send(ack(block))
      const others = blocksOf(await peer.collect(200)).filter((block) => block !== 20)
      assert.deepEqual(others, [])
      await finish(bench, peer, 20)
    },
  },
  {
    name: 'bears that every other ACK is lost',
    async run(bench) {
      let turn = 0
      await delivers(bench, 'blocks40', { beforeAck: () => ++turn % 2 === 0 })
    },
  },
  {
    name: 'bears ACKs that come twice and out of order',
    async run(bench) {
      await delivers(bench, 'blocks40', {
        async beforeAck(block, peer) {
          for (const late of [block - 2, block, block - 1]) if (late > 0) await peer.send(ack(late))
          return false
        },
      })
    },
  },
  {
    name: 'ends a transfer when the client sends an ERROR',
    async run(bench) {
      for (const code of [0, 3, 8]) {
        const peer = await bench.peer()
        await goTo(peer, 3)
        await peer.send(error(code, 'enough'))
        // What was on its way already may still come.
        await peer.collect(20)
        const got = await peer.collect(700)
        assert.equal(got.length, 0, `came ${got.map(({ packet }) => show(packet))}`)
      }
    },
  },
  {
    name: 'ends a transfer for an ERROR without text or zero',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, 3)
      await peer.send(numbers(opcode.error, 0))
      await peer.collect(20)
      assert.equal((await peer.collect(700)).length, 0)
    },
  },
  {
    name: 'goes on when a client sends rubbish into its own transfer',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, 5)
      const rubbish = [Buffer.alloc(0), Buffer.alloc(1), numbers(4), numbers(9, 9), numbers(0, 0)]
      for (const bytes of [...rubbish, numbers(opcode.data, 5), Buffer.alloc(2000, 255)]) {
        await peer.send(bytes)
      }
      await finish(bench, peer, 5)
    },
  },
  {
    name: 'sends no block again once the last is acknowledged',
    async run(bench) {
      const peer = await bench.peer()
      await goTo(peer, last)
      await peer.send(ack(last))
      await peer.collect(20)
      await peer.send(ack(last))
      assert.deepEqual(blocksOf(await peer.collect(700)), [])
    },
  },
]
