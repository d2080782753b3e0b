import assert from 'node:assert/strict'
import { isData, isError, sameBytes } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack, error, numbers, opcode, request } from '../packet.ts'
import type { Peer } from '../peer.ts'

/** A transfer is under way while `disturb` happens from a foreign socket, and then arrives whole. */
function undisturbed(
  name: string,
  disturb: (stranger: Peer, victim: Peer, block: number) => Promise<void>,
  own?: string,
): Check {
  return {
    name,
    async run(bench: Bench) {
      const victim = await bench.peer()
      const stranger = await bench.peer(own)
      const content = bench.tree.content('blocks40')
      isData(await victim.ask('blocks40'), 1)
      stranger.tid = victim.tid
      for (let block = 1; block < 40; block++) {
        if (block === 10 || block === 20) await disturb(stranger, victim, block)
        await victim.send(ack(block))
        const { packet } = await victim.data(block + 1)
        sameBytes(packet.data, content.subarray(block * 512, block * 512 + 512))
      }
    },
  }
}

/** The stranger is told so, with error 5. */
async function toldOff(stranger: Peer, bytes: Buffer): Promise<void> {
  await stranger.send(bytes)
  isError(await stranger.next(), 5)
}

export const strangers: Check[] = [
  undisturbed('answers an ACK from a foreign port with error 5 and goes on', (stranger, _, block) =>
    toldOff(stranger, ack(block)),
  ),
  undisturbed(
    'answers an ACK from a foreign address with error 5 and goes on',
    (stranger, _, block) => toldOff(stranger, ack(block)),
    '127.0.0.99',
  ),
  undisturbed('answers DATA from a foreign port with error 5 and goes on', (stranger) =>
    toldOff(stranger, numbers(opcode.data, 1, 0xffff)),
  ),
  undisturbed(
    'does not take an ACK from a foreign port for the client',
    async (stranger, victim) => {
      for (let block = 0; block < 45; block++) await stranger.send(ack(block))
      const came = await victim.collect(30)
      const blocks = new Set(came.map(({ packet }) => packet.op === 'data' && packet.block))
      assert(blocks.size <= 1, `DATA ${[...blocks]}`)
    },
  ),
  undisturbed(
    'does not answer the ERROR of a stranger, and does not end for it',
    async (stranger) => {
      await stranger.send(error(0, 'die'))
      await stranger.send(error(5, 'die'))
      assert.equal((await stranger.collect(200)).length, 0)
    },
  ),
  undisturbed('serves nobody on the port of a transfer', async (stranger) => {
    await stranger.send(request('kernel'))
    for (const arrival of await stranger.collect(200)) isError(arrival)
  }),
  undisturbed('goes on while a stranger sends rubbish', async (stranger) => {
    for (let index = 0; index < 200; index++) await stranger.send(Buffer.alloc(index, index))
  }),
]
