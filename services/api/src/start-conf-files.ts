import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { osByNumber, parseStartConf, whyNotGroup } from '@linbo/formats'
import { LinboError, toLinboError, writeAtomic } from '@linbo/runtime'

const prefix = 'start.conf.'
/** No start.conf is this long; what is longer is something else. */
const longestBytes = 1024 * 1024

/** The files `start.conf.<group>` below LINBO_DIR. Names are checked by whoever takes them from outside. */
export interface StartConfFiles {
  /** Groups that have one. */
  list(): Promise<string[]>
  read(group: string): Promise<string | undefined>
  write(group: string, text: string): Promise<void>
  /** True when there was one. */
  remove(group: string): Promise<boolean>
  /** Name of the group's operating system of this number, from 1. */
  osName(group: string, number: number): Promise<string | undefined>
}

export function createStartConfFiles(root: string): StartConfFiles {
  const pathOf = (group: string) => {
    const reason = whyNotGroup(group)
    if (reason) throw new LinboError('GROUP_NAME', reason)
    return join(root, `${prefix}${group}`)
  }
  const read = async (group: string) => {
    const file = await open(pathOf(group), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw toLinboError(error, 'START_CONF_READ', `cannot read ${prefix}${group}`)
    })
    if (!file) return undefined
    try {
      const { size } = await file.stat()
      if (size <= longestBytes) return await file.readFile('utf8')
      throw new LinboError('START_CONF_READ', `${prefix}${group} has ${size} bytes`, {
        fix: 'Replace it with a start.conf.',
      })
    } finally {
      await file.close()
    }
  }
  return {
    async list() {
      const names = await readdir(root).catch(() => [])
      return names
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .filter((group) => whyNotGroup(group) === undefined)
    },
    read,
    write: (group, text) =>
      writeAtomic(pathOf(group), text).catch((error) => {
        const fix = 'Let this user write below LINBO_DIR.'
        throw toLinboError(error, 'START_CONF_WRITE', `cannot write ${prefix}${group}`, fix)
      }),
    async remove(group) {
      if ((await read(group)) === undefined) return false
      await rm(pathOf(group), { force: true })
      return true
    },
    async osName(group, number) {
      const text = await read(group)
      const os = text === undefined ? undefined : osByNumber(parseStartConf(text), number)
      return os?.name || undefined
    },
  }
}
