import assert from 'node:assert/strict'
import { join } from 'node:path'
import { isError, show } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { fetch, Refused } from '../fetch.ts'
import { secret } from '../tree.ts'

const up = (dots: string, slash: string) => [dots, dots, dots, 'outside', 'secret'].join(slash)
const overlong = Buffer.from([0xc0, 0xae, 0xc0, 0xae, 0xc0, 0xaf])

/** Names that could lead out or to something hidden; each must end in an ERROR. */
const refused: [string, string | Buffer | ((bench: Bench) => string)][] = [
  ['..', '..'],
  ['../outside/secret', '../outside/secret'],
  ['/../outside/secret', '/../outside/secret'],
  ['boot/../../outside/secret', 'boot/../../outside/secret'],
  ['a way up and down again', 'boot/../../linbo/../outside/secret'],
  ['.. behind backslashes', up('..', '\\')],
  ['.. behind both slashes', up('..', '/\\')],
  ['.. behind many slashes', up('..', '///')],
  ['..; with a semicolon', up('..;', '/')],
  ['.. with a blank behind it', up('.. ', '/')],
  ['three dots', up('...', '/')],
  ['.. as %2e%2e', up('%2e%2e', '/')],
  ['.. as %2e%2e%2f', up('%2e%2e', '%2f')],
  ['.. as %252e', up('%252e%252e', '/')],
  ['.. as overlong UTF-8', Buffer.concat([overlong, overlong, Buffer.from('outside/secret')])],
  ['.. as full-width dots', up('\uff0e\uff0e', '/')],
  ['.. with a zero-width blank', up('.\u200b.', '/')],
  ['an absolute name outside', (bench) => join(bench.tree.outside, 'secret')],
  ['an absolute name with two slashes', (bench) => `/${join(bench.tree.outside, 'secret')}`],
  ['/etc/passwd', '/etc/passwd'],
  ['a drive letter', 'C:\\outside\\secret'],
  ['a tilde', '~/secret'],
  ['/proc/self/root', 'proc/self/root/etc/passwd'],
  ['a file with .. behind it', 'kernel/../../outside/secret'],
  ['a file as a folder', 'kernel/secret'],
  ['a link to a file outside', 'traps/out'],
  ['an absolute link to a file outside', 'traps/out-absolute'],
  ['a folder that is a link to the outside', 'traps/out-folder/secret'],
  ['a link to a link to the outside', 'traps/out-twice'],
  ['a link to something hidden', 'traps/to-hidden'],
  ['a loop of links', 'traps/loop'],
  ['a link to nothing', 'traps/dangling'],
  ['a folder', 'traps/folder'],
  ['a folder with a slash', 'boot/grub/'],
  ['the root', '/'],
  ['the root as .', '.'],
  ['a pipe', 'traps/fifo'],
  ['a device', 'traps/zero'],
  ['an onboot command', 'linbocmd/secret'],
  ['an onboot command behind slashes', '//.//linbocmd///secret'],
  ['an onboot command behind a backslash', 'linbocmd\\secret'],
  ['a folder of temporary files', 'tmp/secret'],
  ['half an image', 'images/tmp/secret'],
  ['a log', 'log/secret'],
  ["a machine account's password", 'images/win/win.qcow2.macct'],
  ['a file with a dot', 'images/.win.qcow2.x1y2'],
  ['a folder with a dot', '.git/secret'],
]

const served = [
  ...['boot/grub/grub.cfg', '/boot/grub/grub.cfg', '//boot///grub//grub.cfg'],
  ...['./boot/./grub/grub.cfg', '\\boot\\grub\\grub.cfg', 'traps/inside'],
]

export const paths: Check[] = [
  ...refused.map(([what, name]) => ({
    name: `does not serve ${what}`,
    async run(bench: Bench) {
      const peer = await bench.peer()
      const wanted = typeof name === 'function' ? name(bench) : name
      for (const mode of ['octet', 'netascii']) {
        const first = await peer.ask(wanted, [], mode)
        assert(!first.bytes.includes(secret), 'the secret was served')
        assert(first.packet.op === 'error', `served: ${show(first.packet)}`)
        isError(first, 0, 1, 2)
        assert(!first.bytes.includes(bench.tree.root), 'the ERROR tells where the files are')
      }
    },
  })),
  ...served.map((name) => ({
    name: `serves ${name}`,
    async run(bench: Bench) {
      assert.equal(`${(await fetch(bench.server, name)).data}`, 'set timeout=0\n')
    },
  })),
  {
    name: 'serves names with blanks and umlauts',
    async run(bench) {
      const name = `${bench.tree.fresh('größe')} 1.png`
      await bench.tree.write(name, Buffer.from('x'))
      assert.equal(`${(await fetch(bench.server, name)).data}`, 'x')
    },
  },
  {
    name: 'says the same about a hidden file that is there and one that is not',
    async run(bench) {
      const about = async (name: string) => {
        const ended = await fetch(bench.server, name).catch((error: Refused) => error)
        assert(ended instanceof Refused)
        return ended.message
      }
      assert.equal(await about('linbocmd/secret'), await about('linbocmd/nothing'))
      assert.equal(await about('linbocmd/secret'), await about('no-such-file'))
    },
  },
]
