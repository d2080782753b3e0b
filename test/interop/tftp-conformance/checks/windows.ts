import assert from 'node:assert/strict'
import { blocksOf, delivers, isData, oackOf, sameBytes } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack } from '../packet.ts'
import type { Peer } from '../peer.ts'

/** A transfer of `linbofs64` with a window, after ACK 0. */
async function begin(bench: Bench, windowsize: number, file = 'linbofs64'): Promise<Peer> {
  const peer = await bench.peer()
  const options: [string, string][] = [
    ['windowsize', `${windowsize}`],
    ['blksize', '512'],
  ]
  assert.equal(oackOf(await peer.ask(file, options)).get('windowsize'), `${windowsize}`)
  await peer.send(ack(0))
  return peer
}

/** These blocks, in this order, with the right bytes. What was sent before may come again in between. */
async function expectBlocks(bench: Bench, peer: Peer, first: number, last: number) {
  const content = bench.tree.content('linbofs64')
  for (let block = first; block <= last; block++) {
    const { packet } = await peer.data(block)
    sameBytes(packet.data, content.subarray((block - 1) * 512, block * 512))
  }
}

export const windows: Check[] = [
  {
    name: 'sends a window and then waits',
    async run(bench) {
      const peer = await begin(bench, 8)
      await expectBlocks(bench, peer, 1, 8)
      assert.deepEqual(
        blocksOf(await peer.collect(300)).filter((block) => block > 8),
        [],
      )
    },
  },
  {
    name: 'sends the next window from the block after the one acknowledged in the middle',
    async run(bench) {
      const peer = await begin(bench, 8)
      await expectBlocks(bench, peer, 1, 8)
      await peer.send(ack(5))
      await expectBlocks(bench, peer, 6, 13)
      await peer.send(ack(13))
      await expectBlocks(bench, peer, 14, 21)
    },
  },
  {
    name: 'sends a window again whose first block was lost',
    async run(bench) {
      const peer = await begin(bench, 4)
      await expectBlocks(bench, peer, 1, 4)
      await peer.send(ack(4))
      await expectBlocks(bench, peer, 5, 8)
      await peer.send(ack(4))
      await expectBlocks(bench, peer, 5, 8)
      await peer.send(ack(8))
      await expectBlocks(bench, peer, 9, 12)
    },
  },
  {
    name: 'sends a window again that was lost whole',
    async run(bench) {
      const peer = await begin(bench, 4)
      await expectBlocks(bench, peer, 1, 4)
      await peer.send(ack(4))
      await expectBlocks(bench, peer, 5, 8)
      // A server may first ask with a later block what is missing.
      const [block] = blocksOf([await peer.next()])
      if (block !== 5) await peer.send(ack(4))
      await expectBlocks(bench, peer, block === 5 ? 6 : 5, 8)
      await peer.send(ack(8))
      await expectBlocks(bench, peer, 9, 12)
    },
  },
  {
    name: 'sends a window once more, not five times, after five equal ACKs',
    async run(bench) {
      const peer = await begin(bench, 16)
      await expectBlocks(bench, peer, 1, 16)
      let came = 0
      for (let last = 16; last < 16 * 12; last += 16) {
        for (let repeat = 0; repeat < 6; repeat++) await peer.send(ack(last))
        await expectBlocks(bench, peer, last + 1, last + 16)
        came += 16
      }
      came += blocksOf(await peer.collect(15)).length
      assert(came < 16 * 11 * 3, `${came} DATA packets for ${16 * 11}`)
    },
  },
  {
    name: 'finishes with a window that is not full',
    async run(bench) {
      for (const windowsize of ['3', '7', '64']) {
        await delivers(bench, 'blocks40', { options: [['windowsize', windowsize]] })
      }
    },
  },
  {
    name: 'lets nobody acknowledge what was not sent',
    async run(bench) {
      const peer = await begin(bench, 4)
      await expectBlocks(bench, peer, 1, 4)
      for (const block of [5, 9, 1000, 40_000]) await peer.send(ack(block))
      assert.deepEqual(
        blocksOf(await peer.collect(200)).filter((block) => block > 4),
        [],
      )
      await peer.send(ack(4))
      await expectBlocks(bench, peer, 5, 8)
    },
  },
  {
    name: 'is not led back by an old ACK',
    async run(bench) {
      const peer = await begin(bench, 4)
      await expectBlocks(bench, peer, 1, 4)
      await peer.send(ack(4))
      await expectBlocks(bench, peer, 5, 8)
      await peer.send(ack(2))
      await peer.send(ack(8))
      await peer.send(ack(4))
      isData(await peer.data(9), 9)
      await expectBlocks(bench, peer, 10, 12)
    },
  },
  {
    name: 'bears that every third ACK of a window is lost',
    async run(bench) {
      let turn = 0
      const options: [string, string][] = [
        ['windowsize', '4'],
        ['blksize', '1024'],
      ]
      await delivers(bench, 'sizes/65465', { options, beforeAck: () => ++turn % 3 === 0 })
    },
  },
  {
    name: 'sends one block at a time with windowsize 1',
    async run(bench) {
      const peer = await begin(bench, 1)
      await expectBlocks(bench, peer, 1, 1)
      assert.deepEqual(
        blocksOf(await peer.collect(300)).filter((block) => block > 1),
        [],
      )
      await peer.send(ack(1))
      await expectBlocks(bench, peer, 2, 2)
    },
  },
  {
    name: 'serves a client that answers every block of a window as UEFI firmware does after a loss',
    async run(bench) {
      const peer = await begin(bench, 4)
      const content = bench.tree.content('linbofs64')
      let [got, acked, packets] = [0, 0, 0]
      while (got < 400) {
        const { packet } = await peer.next()
        assert(packet.op === 'data')
        // Of every 7 blocks one is lost, the first time it comes.
        if (++packets % 7 === 0) continue
        const isNext = packet.block === got + 1
        if (isNext) sameBytes(packet.data, content.subarray(got * 512, ++got * 512))
        if (isNext && got - acked < 4) continue
        acked = got
        await peer.send(ack(got))
      }
      assert(packets < 400 * 4, `${packets} packets for 400 blocks`)
    },
  },
]
