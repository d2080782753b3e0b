import { chmod, chown, lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AcceptedUpload } from './upload.ts'

export interface StagingOptions {
  /** Below LINBO_DIR, so that a rename is enough to publish. */
  folder: string
  /** Whom the daemon writes uploads as, when running as root. */
  uploader: { uid: number; gid: number } | undefined
}

/** One try to upload a file. Each has a folder of its own: what a dying rsync still writes harms no other try. */
export interface Attempt {
  upload: AcceptedUpload
  /** Where the daemon puts the file, below the staging folder. */
  path: string
  /** The same as an absolute path. */
  whole: string
}

const staleAfterMs = 7 * 24 * 3600 * 1000

/** Where uploads are received, out of sight of everybody, until they are whole. */
export function createStaging(options: StagingOptions) {
  const { folder, uploader } = options
  const busy = new Set<string>()
  let attempts = 0

  async function makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true })
    if (uploader) await chown(path, uploader.uid, uploader.gid)
  }

  return {
    /** Makes the folder and forgets what was left in it for a week. */
    async open(): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if (uploader) await chown(folder, uploader.uid, uploader.gid)
      await chmod(folder, 0o700)
      await forget(folder, Date.now() - staleAfterMs)
    },
    /**
     * Makes room for an upload; undefined while another one to the same file is under way. What an earlier try
     * left is put in its place, so that rsync goes on from there.
     */
    async begin(upload: AcceptedUpload): Promise<Attempt | undefined> {
      if (busy.has(upload.path)) return undefined
      busy.add(upload.path)
      try {
        const file = basename(upload.path)
        const place = placeOf(upload)
        const path = `${place}/${Date.now()}-${++attempts}/${file}`
        const attempt = { upload, path, whole: join(folder, path) }
        const [largest] = await partials(join(folder, place), file)
        await makeFolder(join(folder, place))
        await makeFolder(dirname(attempt.whole))
        if (largest) await rename(largest.path, attempt.whole)
        return attempt
      } catch (error) {
        busy.delete(upload.path)
        throw error
      }
    },
    /** Size in bytes of what was received, or undefined when it is not a plain file. */
    async sizeBytes(attempt: Attempt): Promise<number | undefined> {
      const found = await lstat(attempt.whole).catch(() => undefined)
      return found?.isFile() && found.nlink === 1 ? found.size : undefined
    },
    /** Ends a try. A file that came in part is kept for the next one, unless the upload is `isOver`. */
    async end({ upload, whole }: Attempt, isOver: boolean): Promise<void> {
      const place = join(folder, placeOf(upload))
      try {
        if (isOver) return await rm(place, { recursive: true, force: true })
        await rmdir(dirname(whole))
        await rmdir(place)
      } catch {
        // Not empty: it holds what the next try goes on from.
      } finally {
        busy.delete(upload.path)
      }
    },
  }
}

export type Staging = ReturnType<typeof createStaging>

/** One folder per file that is uploaded, side by side: none is another one's parent that comes and goes. */
const placeOf = (upload: AcceptedUpload) => upload.path.replaceAll('/', '+')

/** What earlier tries left of a file, the largest first. */
async function partials(folder: string, file: string) {
  const found: { path: string; size: number }[] = []
  for (const attempt of await readdir(folder).catch(() => [])) {
    const path = join(folder, attempt, file)
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isFile() && stats.nlink === 1) found.push({ path, size: stats.size })
  }
  return found.sort((one, other) => other.size - one.size)
}

/** Removes files last changed before `before`, by the time of the change, not the one the client set. */
async function forget(folder: string, before: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await forget(path, before)
    else if ((await lstat(path)).ctimeMs < before) await rm(path, { force: true })
  }
}
