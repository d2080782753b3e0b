import { createHash } from 'node:crypto'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { spawnChild } from '@linbo/runtime'

/** The folder that is served, and one beside it that must not be. */
export interface Tree {
  readonly root: string
  readonly outside: string
  /** Bytes of a file that was made with `plain`, by name. */
  content(name: string): Buffer
  /** Writes a file below the root, in place. */
  write(name: string, bytes: Buffer): Promise<string>
  /** Replaces a file as rsync does: a new one takes its name. */
  replace(name: string, bytes: Buffer): Promise<string>
  /** A name that nobody else uses. */
  fresh(label: string): string
}

/** What no client may ever be sent. */
export const secret = 'top secret, never to be served'

/** Bytes that tell their place: two different cuts of them are never equal by chance. */
export function noise(length: number, seed = 'a'): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 32) {
    createHash('sha256').update(`${seed}${at}`).digest().copy(bytes, at)
  }
  return bytes
}

/** Lengths around the borders of blocks. */
export const lengths = [
  ...[0, 1, 7, 8, 9, 511, 512, 513, 1023, 1024, 1025, 1467, 1468, 1469, 2936, 65463, 65464, 65465],
]
/** With blocks of 8 bytes: the last block has number 0, and beyond. */
export const rolling = [65535 * 8, 65537 * 8 + 3]

export async function growTree(folder: string): Promise<Tree> {
  const root = join(folder, 'linbo')
  const outside = join(folder, 'outside')
  const contents = new Map<string, Buffer>()
  let count = 0
  const tree: Tree = {
    root,
    outside,
    content: (name) => contents.get(name)!,
    async write(name, bytes) {
      const path = join(root, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
      contents.set(name, bytes)
      return path
    },
    async replace(name, bytes) {
      const path = join(root, name)
      await writeFile(`${path}.new`, bytes)
      await rename(`${path}.new`, path)
      contents.set(name, bytes)
      return path
    },
    fresh: (label) => `made/${label}-${count++}`,
  }
  for (const length of [...lengths, ...rolling]) {
    await tree.write(`sizes/${length}`, noise(length, `${length}`))
  }
  await tree.write('boot/grub/grub.cfg', Buffer.from('set timeout=0\n'))
  await tree.write('linbofs64', noise(4_000_000, 'linbofs'))
  await tree.write('kernel', noise(200_000, 'kernel'))
  await tree.write('blocks40', noise(40 * 512 - 100, 'blocks40'))
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), secret)
  await growTraps(root)
  return tree
}

/** What leads out, hides something or is no file. */
async function growTraps(root: string): Promise<void> {
  const traps = join(root, 'traps')
  await mkdir(join(traps, 'folder'), { recursive: true })
  for (const folder of ['linbocmd', 'tmp', 'log', 'images/tmp', '.git']) {
    await mkdir(join(root, folder), { recursive: true })
    await writeFile(join(root, folder, 'secret'), secret)
  }
  await mkdir(join(root, 'images/win'), { recursive: true })
  await writeFile(join(root, 'images/win/win.qcow2.macct'), secret)
  await writeFile(join(root, 'images/.win.qcow2.x1y2'), secret)
  await symlink('../../outside/secret', join(traps, 'out'))
  await symlink(join(root, '../outside/secret'), join(traps, 'out-absolute'))
  await symlink('../../outside', join(traps, 'out-folder'))
  await symlink('hop', join(traps, 'out-twice'))
  await symlink('../../outside/secret', join(traps, 'hop'))
  await symlink('../linbocmd/secret', join(traps, 'to-hidden'))
  await symlink('loop', join(traps, 'loop'))
  await symlink('nowhere', join(traps, 'dangling'))
  await symlink('../boot/grub/grub.cfg', join(traps, 'inside'))
  await make('mkfifo', join(traps, 'fifo'))
  if (process.getuid?.() === 0) await make('mknod', join(traps, 'zero'), 'c', '1', '5')
}

async function make(command: string, ...args: string[]): Promise<void> {
  const code = await spawnChild({ command, args }).exited
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
}
