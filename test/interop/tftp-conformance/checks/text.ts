import assert from 'node:assert/strict'
import { sameBytes } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { fetch } from '../fetch.ts'

/** RFC 764 by way of RFC 1350: a line ends in CR LF, a CR by itself is CR NUL. */
function toNetascii(text: string): Buffer {
  return Buffer.from(
    text.replace(/[\r\n]/g, (end) => (end === '\n' ? '\r\n' : '\r\0')),
    'latin1',
  )
}

/** The end of a block falls between CR and its LF, at each length of the first line. */
const split = Array.from({ length: 12 }, (_, index) => `${'x'.repeat(505 + index)}\ny\rz\n`).join(
  '',
)

const texts: [string, string][] = [
  ['lines', 'one\ntwo\nthree'],
  ['nothing', ''],
  ['only line ends', '\n'.repeat(3000)],
  ['only carriage returns', '\r'.repeat(1500)],
  ['CR LF', 'one\r\ntwo\r\n'],
  ['line ends across blocks', split],
  ['512 bytes once converted', `${'x'.repeat(510)}\n`],
  ['511 bytes once converted', `${'x'.repeat(509)}\n`],
  ['bytes above 127', '\xe4\xf6\n\xfc\xff\r'],
]

export const text: Check[] = [
  ...texts.map(([what, content]) => ({
    name: `delivers ${what} in netascii`,
    async run(bench: Bench) {
      const name = bench.tree.fresh('text')
      await bench.tree.write(name, Buffer.from(content, 'latin1'))
      for (const blksize of ['8', '512', '1468']) {
        const read = { mode: 'NetASCII', options: [['blksize', blksize]] as [string, string][] }
        sameBytes((await fetch(bench.server, name, read)).data, toNetascii(content))
      }
    },
  })),
  {
    name: 'leaves line ends alone in octet',
    async run(bench) {
      const name = bench.tree.fresh('octets')
      await bench.tree.write(name, Buffer.from(split))
      sameBytes((await fetch(bench.server, name)).data, Buffer.from(split))
    },
  },
  {
    name: 'tells a tsize in netascii that is what it delivers',
    async run(bench) {
      const name = bench.tree.fresh('text')
      await bench.tree.write(name, Buffer.from(split))
      const asked = {
        mode: 'netascii',
        options: [
          ['tsize', '0'],
          ['windowsize', '4'],
        ],
      }
      const { data, oack } = await fetch(bench.server, name, asked as never)
      const told = oack.get('tsize')
      if (told !== undefined) assert.equal(data.length, Number(told))
    },
  },
]
