import assert from 'node:assert/strict'
import type { Bench, Check } from '../check.ts'
import { ack } from '../packet.ts'
import type { Peer } from '../peer.ts'

/** Milliseconds from a packet that has just come until the server sends something again. */
async function untilRepeated(peer: Peer, since: number): Promise<number> {
  return (await peer.next()).at - since
}

/** A busy machine may be late, but it must not be early. */
function about(ms: number, seconds: number): void {
  assert(ms > seconds * 850, `sent again after ${ms.toFixed(0)} ms, asked for ${seconds} s`)
  assert(ms < seconds * 1000 + 3000, `sent again after ${ms.toFixed(0)} ms, asked for ${seconds} s`)
}

const asked = (seconds: number): [string, string][] => [['timeout', `${seconds}`]]

export const timing: Check[] = [
  {
    name: 'sends again by itself when the client did not ask for a timeout',
    async run(bench) {
      const peer = await bench.peer()
      const first = await peer.ask('blocks40')
      assert((await untilRepeated(peer, first.at)) < 6000)
    },
  },
  ...[1, 2, 3].map((seconds) => ({
    name: `waits the ${seconds} s that the client asked for before it sends the OACK again`,
    async run(bench: Bench) {
      const peer = await bench.peer()
      const first = await peer.ask('blocks40', asked(seconds))
      about(await untilRepeated(peer, first.at), seconds)
    },
  })),
  ...[1, 2].map((seconds) => ({
    name: `waits the ${seconds} s that the client asked for before it sends the first block again`,
    async run(bench: Bench) {
      const peer = await bench.peer()
      await peer.ask('blocks40', asked(seconds))
      await peer.send(ack(0))
      const { at } = await peer.data(1)
      about(await untilRepeated(peer, at), seconds)
    },
  })),
  ...[1, 2].map((seconds) => ({
    name: `waits the ${seconds} s that the client asked for in the middle of a transfer as well`,
    async run(bench: Bench) {
      const peer = await bench.peer()
      await peer.ask('blocks40', asked(seconds))
      let at = 0
      for (let block = 0; block < 30; block++) {
        await peer.send(ack(block))
        at = (await peer.data(block + 1)).at
      }
      about(await untilRepeated(peer, at), seconds)
    },
  })),
  {
    name: 'waits the 1 s that the client asked for before it sends a window again',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('linbofs64', [...asked(1), ['windowsize', '4']])
      let at = 0
      for (let block = 0; block < 80; block += 4) {
        await peer.send(ack(block))
        for (let next = 1; next <= 4; next++) at = (await peer.data(block + next)).at
      }
      about(await untilRepeated(peer, at), 1)
    },
  },
]
