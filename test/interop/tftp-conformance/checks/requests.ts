import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { blocksOf, delivers, isData, isError, sameBytes, show } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack, error, numbers, opcode, request } from '../packet.ts'

const zero = Buffer.alloc(1)
const rrq = numbers(opcode.rrq)

const malformed: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', zero],
  ['an opcode and nothing else', rrq],
  ['a name without its zero', Buffer.concat([rrq, Buffer.from('kernel')])],
  ['a request without a mode', Buffer.concat([rrq, Buffer.from('kernel\0')])],
  ['a mode without its zero', Buffer.concat([rrq, Buffer.from('kernel\0octet')])],
  ['an option without a value', Buffer.concat([request('kernel'), Buffer.from('blksize\0')])],
  ['a value without its zero', Buffer.concat([request('kernel'), Buffer.from('blksize\x00512')])],
  ['only zeros', Buffer.alloc(500)],
  ['opcode 0', numbers(0, 1)],
  ['opcode 7', numbers(7, 1)],
  ['opcode 65535', numbers(65535, 1, 2, 3)],
  ['an empty name', request('')],
  ['a name of 500 letters', request('n'.repeat(500))],
  ['a name of 60,000 letters', request('n'.repeat(60_000))],
  ['a name with control bytes', request('ker\x01nel\n')],
  ['a name that is no UTF-8', request(Buffer.from([0xff, 0xfe, 0xc3, 0x28]))],
  ['an unknown mode', request('kernel', [], 'binary')],
  ['mode mail', request('someone@example.org', [], 'mail')],
  ['an empty mode', request('kernel', [], '')],
]

/** Answered with an ERROR or not at all, and the server serves the next request. */
async function survives(bench: Bench, bytes: Buffer): Promise<void> {
  const peer = await bench.peer()
  await peer.send(bytes, bench.server.port)
  const first = await peer.ask('boot/grub/grub.cfg')
  if (first.packet.op === 'error') isError(first)
  const other = await bench.peer()
  isData(await other.ask('boot/grub/grub.cfg'), 1)
}

/** Not one packet comes for a while. */
async function silent(bench: Bench, bytes: Buffer): Promise<void> {
  const peer = await bench.peer()
  await peer.send(bytes, bench.server.port)
  const got = await peer.collect(700)
  assert.equal(got.length, 0, `came ${got.map(({ packet }) => show(packet))}`)
}

export const requests: Check[] = [
  {
    name: 'answers from a port of its own, and from the same one to the end',
    async run(bench) {
      const peer = await bench.peer()
      const first = await peer.ask('blocks40')
      assert.notEqual(first.port, bench.server.port)
      assert.equal(first.address, bench.server.address)
      await peer.send(ack(1))
      const second = await peer.data(2)
      assert.equal(second.port, first.port)
    },
  },
  {
    name: 'takes a request that comes twice for one',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('blocks40')
      for (let repeat = 0; repeat < 5; repeat++) {
        await peer.send(request('blocks40'), bench.server.port)
      }
      const ports = new Set([peer.tid])
      for (let block = 1; block <= 40; block++) {
        await peer.send(ack(block))
        if (block < 40) ports.add((await peer.data(block + 1)).port)
      }
      for (const { port } of await peer.collect(500)) ports.add(port)
      assert.equal(ports.size, 1, `${ports.size} transfers`)
    },
  },
  {
    name: 'serves the same port again after it has finished',
    async run(bench) {
      const peer = await bench.peer()
      for (let round = 0; round < 3; round++) {
        await peer.ask('boot/grub/grub.cfg')
        await peer.send(ack(1))
      }
      sameBytes(
        (await peer.ask('sizes/1025')).bytes.subarray(4),
        bench.tree.content('sizes/1025').subarray(0, 512),
      )
    },
  },
  {
    name: 'serves another file to a port that has not finished the one before',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('blocks40')
      await peer.send(request('kernel'), bench.server.port)
      const kernel = bench.tree.content('kernel').subarray(0, 512)
      for (;;) {
        const { packet, port } = await peer.next()
        assert(packet.op === 'data')
        if (!packet.data.equals(kernel)) continue
        await peer.send(ack(1), port)
        break
      }
      const second = bench.tree.content('kernel').subarray(512, 1024)
      for (;;) {
        const { packet } = await peer.next()
        if (packet.op === 'data' && packet.block === 2) return sameBytes(packet.data, second)
      }
    },
  },
  {
    name: 'tells a new transfer from a late ACK of the one before',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('sizes/513')
      const before = peer.tid
      await peer.send(ack(1))
      await peer.data(2)
      await peer.send(ack(2))
      isData(await peer.ask('blocks40'), 1)
      await peer.send(ack(1), before)
      assert.deepEqual(
        blocksOf(await peer.collect(300)).filter((block) => block !== 1),
        [],
      )
    },
  },
  {
    name: 'keeps clients with the same port at two addresses apart',
    async run(bench) {
      const one = await bench.peer('127.0.0.2')
      const two = await bench.peer('127.0.0.3', one.port)
      await Promise.all([one.ask('blocks40'), two.ask('kernel')])
      for (let block = 1; block < 30; block++) {
        await Promise.all([one.send(ack(block)), two.send(ack(block))])
        const [first, second] = await Promise.all([one.data(block + 1), two.data(block + 1)])
        const at = [block * 512, block * 512 + 512]
        sameBytes(first.packet.data, bench.tree.content('blocks40').subarray(...at))
        sameBytes(second.packet.data, bench.tree.content('kernel').subarray(...at))
      }
    },
  },
  {
    name: 'answers a missing file with error 1 at once',
    async run(bench) {
      const peer = await bench.peer()
      const begun = performance.now()
      isError(await peer.ask('boot/grub/grub.cfg-C0A80001'), 1)
      assert(performance.now() - begun < 3000, 'it took three seconds')
    },
  },
  {
    name: 'refuses to be written to, and writes nothing',
    async run(bench) {
      for (const name of ['kernel', 'new-file']) {
        const peer = await bench.peer()
        await peer.send(
          request(name, [['blksize', '1024']], 'octet', opcode.wrq),
          bench.server.port,
        )
        isError(await peer.next(), 2, 4)
      }
      await assert.rejects(access(join(bench.tree.root, 'new-file')))
      await delivers(bench, 'kernel', { options: [['blksize', '1468']] })
    },
  },
  {
    name: 'takes the mode in any case',
    async run(bench) {
      for (const mode of ['OCTET', 'OcTeT', 'octet']) await delivers(bench, 'sizes/513', { mode })
    },
  },
  {
    name: 'takes zeros after a request for padding',
    async run(bench) {
      const peer = await bench.peer()
      const padded = Buffer.concat([request('sizes/513'), Buffer.alloc(64)])
      await peer.send(padded, bench.server.port)
      isData(await peer.next(), 1)
    },
  },
  {
    name: 'does not answer an ERROR',
    run: (bench) => silent(bench, error(5, 'who are you')),
  },
  ...[ack(0), ack(1), numbers(opcode.data, 1), numbers(opcode.oack)].map((bytes, index) => ({
    name: `starts nothing for ${['ACK 0', 'ACK 1', 'DATA', 'an OACK'][index]} on the request port`,
    async run(bench: Bench) {
      const peer = await bench.peer()
      await peer.send(bytes, bench.server.port)
      for (const arrival of await peer.collect(700)) isError(arrival, 4, 5)
    },
  })),
  ...malformed.map(([what, bytes]) => ({
    name: `survives a request that is ${what}`,
    run: (bench: Bench) => survives(bench, bytes),
  })),
]
