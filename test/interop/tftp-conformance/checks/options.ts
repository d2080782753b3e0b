import assert from 'node:assert/strict'
import { blocksOf, delivers, isData, isError, oackOf, sameBytes } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { ack, error } from '../packet.ts'

type Options = [string, string][]

/** Asks, and resolves with the options granted; none when the server starts with DATA. */
async function granted(bench: Bench, asked: Options, file = 'linbofs64') {
  const peer = await bench.peer()
  const first = await peer.ask(file, asked)
  if (first.packet.op !== 'data') return oackOf(first)
  isData(first, 1)
  return new Map<string, string>()
}

const badNumbers = [
  '',
  'abc',
  '-1',
  '1e3',
  '0x200',
  '512.0',
  ' 512',
  '512 ',
  '+512',
  '9'.repeat(40),
]

/** A value outside the RFC's range is left out of the answer; it is no reason to fail. */
function ignored(name: string, values: string[], check = (_: string) => false): Check[] {
  return values.map((value) => ({
    name: `goes on without ${name} ${JSON.stringify(value.slice(0, 12))}`,
    async run(bench: Bench) {
      const got = (await granted(bench, [[name, value]])).get(name)
      assert(got === undefined || check(got), `granted ${got}`)
      const asked: Options = [[name, value]]
      await delivers(bench, 'sizes/1025', { options: asked })
    },
  }))
}

/** A value that must be granted as it is. */
function accepted(name: string, values: string[]): Check[] {
  return values.map((value) => ({
    name: `grants ${name} ${value}`,
    async run(bench: Bench) {
      assert.deepEqual(await granted(bench, [[name, value]]), new Map([[name, value]]))
    },
  }))
}

export const options: Check[] = [
  ...accepted('blksize', ['8', '512', '1024', '1432', '1468', '65464']),
  ...ignored('blksize', ['0', '7', ...badNumbers]),
  ...ignored('blksize', ['65465', '65535', '65536'], (got) => Number(got) <= 65464),
  ...accepted('timeout', ['1', '3', '255']),
  ...ignored('timeout', ['0', '256', ...badNumbers]),
  ...ignored('windowsize', ['0', '65536', ...badNumbers]),
  ...['1', '2', '4', '16', '64', '65535'].map((value) => ({
    name: `grants a windowsize up to ${value}`,
    async run(bench: Bench) {
      const got = Number((await granted(bench, [['windowsize', value]])).get('windowsize'))
      assert(got >= 1 && got <= Number(value), `granted ${got}`)
    },
  })),
  {
    name: 'tells the size of a file',
    async run(bench) {
      for (const name of ['linbofs64', 'sizes/0', 'sizes/1469']) {
        const size = `${bench.tree.content(name).length}`
        assert.equal((await granted(bench, [['tsize', '0']], name)).get('tsize'), size)
      }
    },
  },
  ...ignored('tsize', ['abc', '-1', '']),
  {
    name: 'never tells a wrong size in netascii',
    async run(bench) {
      const name = bench.tree.fresh('text')
      await bench.tree.write(name, Buffer.from('one\ntwo\nthree\r\n'))
      const peer = await bench.peer()
      const first = await peer.ask(
        name,
        [
          ['tsize', '0'],
          ['blksize', '1024'],
        ],
        'netascii',
      )
      const told = oackOf(first).get('tsize')
      await peer.send(ack(0))
      const { packet } = await peer.data(1)
      if (told !== undefined) assert.equal(packet.data.length, Number(told))
    },
  },
  {
    name: 'leaves out options it does not know',
    async run(bench) {
      const asked: Options = [
        ['multicast', ''],
        ['blksize', '1024'],
        ['x-unknown', 'yes'],
      ]
      assert.deepEqual(await granted(bench, asked), new Map([['blksize', '1024']]))
    },
  },
  {
    name: 'starts with DATA when it knows none of the options',
    async run(bench) {
      const peer = await bench.peer()
      isData(
        await peer.ask('linbofs64', [
          ['x-unknown', '1'],
          ['multicast', ''],
        ]),
        1,
      )
    },
  },
  {
    name: 'takes the names of options in any case',
    async run(bench) {
      const asked: Options = [
        ['BLKSIZE', '1024'],
        ['TSize', '0'],
        ['WindowSize', '2'],
      ]
      const got = await granted(bench, asked)
      assert.deepEqual([...got.keys()].sort(), ['blksize', 'tsize', 'windowsize'])
      assert.equal(got.get('blksize'), '1024')
    },
  },
  {
    name: 'takes options in any order, all at once',
    async run(bench) {
      const asked: Options = [
        ['tsize', '0'],
        ['blksize', '1468'],
        ['timeout', '3'],
        ['windowsize', '4'],
      ]
      for (let turn = 0; turn < asked.length; turn++) {
        asked.push(asked.shift()!)
        const got = await granted(bench, asked)
        assert.deepEqual([...got.keys()].sort(), ['blksize', 'timeout', 'tsize', 'windowsize'])
      }
    },
  },
  {
    name: 'sends blocks of the size it granted when an option comes twice',
    async run(bench) {
      const peer = await bench.peer()
      const got = oackOf(
        await peer.ask('linbofs64', [
          ['blksize', '1024'],
          ['blksize', '2048'],
        ]),
      )
      await peer.send(ack(0))
      const { packet } = await peer.data(1)
      assert.equal(packet.data.length, Number(got.get('blksize')))
    },
  },
  {
    name: 'copes with a request of 200 options',
    async run(bench) {
      const many = Array.from({ length: 200 }, (_, index): [string, string] => [`o${index}`, '1'])
      const peer = await bench.peer()
      const first = await peer.ask('linbofs64', [...many, ['blksize', '1024']])
      if (first.packet.op === 'error') return isError(first)
      assert.deepEqual(oackOf(first), new Map([['blksize', '1024']]))
    },
  },
  {
    name: 'sends nothing before its OACK is acknowledged',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('linbofs64', [['blksize', '1024']])
      assert.deepEqual(blocksOf(await peer.collect(300)), [])
    },
  },
  {
    name: 'lets a client go that hangs up with error 8 after the OACK, and serves it again',
    async run(bench) {
      const peer = await bench.peer()
      await peer.ask('linbofs64', [
        ['tsize', '0'],
        ['blksize', '1468'],
        ['windowsize', '4'],
      ])
      await peer.send(error(8, 'User aborted the transfer'))
      assert.equal((await peer.collect(1500)).length, 0)
      const again = await bench.peer()
      oackOf(
        await again.ask('linbofs64', [
          ['blksize', '1468'],
          ['windowsize', '4'],
        ]),
      )
      await again.send(ack(0))
      const { packet } = await again.data(1)
      sameBytes(packet.data, bench.tree.content('linbofs64').subarray(0, 1468))
    },
  },
]
