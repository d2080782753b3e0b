import { createHash } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dropFormerGroup, formerGroup, listFormerGroups } from '@linbo/boot'
import { decodeText, osByNumber, parseStartConf, whyNotGroup } from '@linbo/formats'
import { LinboError, toLinboError, writeAtomic } from '@linbo/runtime'

const prefix = 'start.conf.'
/** No start.conf is this long; what is longer is something else. */
export const longestStartConf = 1024 * 1024

/** A start.conf as it lies on the disk. */
export interface StartConfFile {
  bytes: Uint8Array
  text: string
  /** SHA-256 of the bytes, hexadecimal. */
  revision: string
  changedAt: Date
}

/**
 * The files `start.conf.<group>` below LINBO_DIR. A link that a rename left under the old name is none of them.
 * Names are checked by whoever takes them from outside.
 */
export interface StartConfFiles {
  /** Groups that have one. */
  list(): Promise<string[]>
  /** @throws LinboError `START_CONF_READ` */
  load(group: string): Promise<StartConfFile | undefined>
  /** The text alone. */
  read(group: string): Promise<string | undefined>
  /** @throws LinboError `START_CONF_WRITE` */
  write(group: string, bytes: Uint8Array): Promise<void>
  /** True when there was one. */
  remove(group: string): Promise<boolean>
  /** Name of the group's operating system of this number, from 1. */
  osName(group: string, number: number): Promise<string | undefined>
  /** The names groups had before, each with the group. */
  formerNames(): Promise<Map<string, string>>
  /** True when it was one. */
  dropFormerName(name: string): Promise<boolean>
}

/** SHA-256, hexadecimal: what `If-Match` compares. */
export function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function createStartConfFiles(root: string): StartConfFiles {
  const pathOf = (group: string) => {
    const reason = whyNotGroup(group)
    if (reason) throw new LinboError('GROUP_NAME', reason)
    return join(root, `${prefix}${group}`)
  }
  const load = async (group: string) => {
    const path = pathOf(group)
    if ((await formerGroup(root, group)) !== undefined) return undefined
    const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw toLinboError(error, 'START_CONF_READ', `cannot read ${prefix}${group}`)
    })
    if (!file) return undefined
    try {
      const { size, mtime } = await file.stat()
      if (size > longestStartConf) {
        throw new LinboError('START_CONF_READ', `${prefix}${group} has ${size} bytes`, {
          fix: 'Replace it with a start.conf.',
        })
      }
      const bytes = new Uint8Array(await file.readFile())
      const { text } = decodeText(bytes)
      return { bytes, text, revision: revisionOf(bytes), changedAt: mtime }
    } catch (error) {
      throw toLinboError(error, 'START_CONF_READ', `cannot read ${prefix}${group}`)
    } finally {
      await file.close()
    }
  }
  return {
    async list() {
      const names = await readdir(root).catch(() => [])
      const former = await listFormerGroups(root).catch(() => new Map())
      return names
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .filter((group) => whyNotGroup(group) === undefined && !former.has(group))
    },
    load,
    read: async (group) => (await load(group))?.text,
    write: (group, bytes) =>
      writeAtomic(pathOf(group), bytes).catch((error) => {
        const fix = 'Let this user write below LINBO_DIR.'
        throw toLinboError(error, 'START_CONF_WRITE', `cannot write ${prefix}${group}`, fix)
      }),
    async remove(group) {
      if ((await load(group)) === undefined) return false
      await rm(pathOf(group), { force: true })
      return true
    },
    async osName(group, number) {
      const text = (await load(group))?.text
      const os = text === undefined ? undefined : osByNumber(parseStartConf(text), number)
      return os?.name || undefined
    },
    formerNames: () => listFormerGroups(root),
    dropFormerName: (name) => dropFormerGroup(root, name),
  }
}
