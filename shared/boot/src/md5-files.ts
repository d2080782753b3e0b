import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import { bootSetFolder, bootSetTarget, currentLink } from './boot-set.ts'

/** The files clients compare by their `.md5`. */
export const hashedFiles = ['linbo64', 'linbofs64'] as const

const known = new Map<string, { stamp: string; md5: string }>()

/**
 * Makes `linbo64.md5` and `linbofs64.md5` (hex digits and a line end) say what the files hold; those that do
 * are not touched, and a file that is missing gets none.
 * @returns the files written, relative to root.
 * @throws LinboError `BOOT_MD5_FAILED`
 */
export async function writeMd5Files(root: string): Promise<string[]> {
  const written: string[] = []
  for (const name of hashedFiles) {
    try {
      const folder = await folderOf(root, name)
      const md5 = await md5Of(join(folder, name))
      if (md5 === undefined || (await readMd5File(folder, name)) === md5) continue
      await writeAtomic(join(folder, `${name}.md5`), `${md5}\n`)
      written.push(`${name}.md5`)
    } catch (error) {
      throw toLinboError(
        error,
        'BOOT_MD5_FAILED',
        `cannot write ${name}.md5`,
        'Give the suite the right to read and write in LINBO_DIR.',
      )
    }
  }
  return written
}

/** Where the file and its checksum lie: in the current boot set when both names lead there. */
async function folderOf(root: string, name: (typeof hashedFiles)[number]): Promise<string> {
  for (const one of [name, `${name}.md5`] as const) {
    const target = await readlink(join(root, one)).catch(() => undefined)
    if (target !== bootSetTarget(one)) return root
  }
  return realpath(join(root, bootSetFolder, currentLink)).catch(() => root)
}

/** What `<name>.md5` says, exactly; undefined when it is missing. */
export async function readMd5File(root: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(root, `${name}.md5`), 'utf8').catch(() => undefined)
  return text?.match(/^([0-9a-f]{32})\n$/)?.[1] ?? text
}

/** The MD5 of a file in hex, undefined when it is missing; counted anew only when the file was changed. */
export async function md5Of(path: string): Promise<string | undefined> {
  for (;;) {
    const before = await stampOf(path)
    if (before === undefined) return undefined
    const remembered = known.get(path)
    if (remembered?.stamp === before) return remembered.md5
    const hash = createHash('md5')
    for await (const chunk of createReadStream(path)) hash.update(chunk)
    const md5 = hash.digest('hex')
    if ((await stampOf(path)) !== before) continue
    known.set(path, { stamp: before, md5 })
    return md5
  }
}

async function stampOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeNs}` : undefined
}
