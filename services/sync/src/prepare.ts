import { constants } from 'node:fs'
import { chmod, chown, lstat, mkdir, open, readdir, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeAtomic } from '@linbo/runtime'

export interface PreparedOptions {
  /** The folder of the module with prepared files. */
  folder: string
  /** Group that the daemon serves as, when running as root: files are readable for it and for nobody else. */
  gid: number | undefined
}

/** Files made for one request. Each lies in a folder of its own that goes when the request is over. */
export function createPrepared(options: PreparedOptions) {
  const give = async (path: string, mode: number) => {
    if (options.gid !== undefined) await chown(path, 0, options.gid)
    await chmod(path, mode)
  }
  return {
    /** Empties the folder: nothing of an earlier run is of use. */
    async open(): Promise<void> {
      await mkdir(options.folder, { recursive: true })
      await give(options.folder, 0o750)
      for (const name of await readdir(options.folder))
        await rm(join(options.folder, name), { recursive: true, force: true })
    },
    /** Puts a file there and returns the path to ask the daemon for. */
    async put(id: string, path: string, content: string | Uint8Array): Promise<string> {
      const whole = join(options.folder, id, path)
      await writeAtomic(whole, content, { mode: 0o600 })
      await give(whole, 0o640)
      for (let folder = dirname(whole); folder !== options.folder; folder = dirname(folder))
        await give(folder, 0o750)
      return `${id}/./${path}`
    },
    remove: (id: string) => rm(join(options.folder, id), { recursive: true, force: true }),
  }
}

export type Prepared = ReturnType<typeof createPrepared>

/** The right to hand out an onboot file. */
export interface Claim {
  content: Uint8Array
  /** Ends the claim; a delivered file is removed unless another one has taken its place. */
  end(isDelivered: boolean): Promise<void>
}

const maxOnbootBytes = 65_536

/** Hands out onboot files (`linbocmd/<host>.cmd`), each to one request at a time. */
export function createOnboot(root: string) {
  const claims = new Map<string, Promise<void>>()
  return {
    /**
     * The file's content and the right to deliver it, or undefined when there is none. Waits for another
     * delivery of the same file, but not longer than `waitMs`: then there is none for this request.
     */
    async claim(path: string, waitMs: number): Promise<Claim | undefined> {
      for (const until = Date.now() + waitMs; ; ) {
        const other = claims.get(path)
        if (!other) break
        if (Date.now() >= until) return undefined
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, until - Date.now())
        })
        await Promise.race([other, late])
        clearTimeout(timer)
      }
      let release: () => void = () => {}
      claims.set(
        path,
        new Promise((resolve) => {
          release = resolve
        }),
      )
      const free = () => {
        claims.delete(path)
        release()
      }
      const whole = join(root, path)
      const found = await read(whole).catch(() => undefined)
      if (!found) {
        free()
        return undefined
      }
      return {
        content: found.content,
        async end(isDelivered) {
          try {
            if (!isDelivered) return
            const now = await lstat(whole, { bigint: true }).catch(() => undefined)
            if (now && now.ino === found.ino && now.mtimeNs === found.mtimeNs) await unlink(whole)
          } finally {
            free()
          }
        },
      }
    },
  }
}

export type Onboot = ReturnType<typeof createOnboot>

async function read(path: string) {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { ino, mtimeNs, size, ...found } = await file.stat({ bigint: true })
    if (!isRegular(found.mode) || size > maxOnbootBytes) return undefined
    return { ino, mtimeNs, content: await file.readFile() }
  } finally {
    await file.close()
  }
}

const isRegular = (mode: bigint) => (mode & 0o170000n) === 0o100000n
