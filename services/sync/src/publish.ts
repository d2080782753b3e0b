import { constants } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Db, findHost, findHostByMac, saveHost } from '@linbo/db'
import { parseDevicesCsv } from '@linbo/formats'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { backupName, compareInfo, isImage, type Upload, whyNotQcow2 } from './upload.ts'

export interface PublisherOptions {
  /** LINBO_DIR. */
  root: string
  /** Below LINBO_DIR, so that a rename is enough to publish. */
  staging: string
  db: Db
  /** Whom published files belong to, when running as root. */
  owner: { uid: number; gid: number } | undefined
  /** Whom the daemon writes uploads as, when running as root. */
  uploader: { uid: number; gid: number } | undefined
}

export interface Published {
  /** An image that went into service. */
  image?: { name: string; sizeBytes: number }
  /** Something worth telling though the upload stands. */
  remark?: string
}

type Accepted = Exclude<Upload, { kind: 'refuse' }>

const sidecars = ['info', 'desc', 'hash', 'torrent', 'macct']
const scripts = ['reg', 'postsync', 'prestart', 'driverpostsync']
const staleAfterMs = 7 * 24 * 3600 * 1000

/** Receives uploads beside the files that are served, and swaps them in when they are whole. */
export function createPublisher(options: PublisherOptions) {
  const { root, staging } = options
  const busy = new Set<string>()
  const queues = new Map<string, Promise<unknown>>()

  /** One after the other per image: an `.info` waits until the image before it is published. */
  function inTurn<T>(key: string, action: () => Promise<T>): Promise<T> {
    const turn = (queues.get(key) ?? Promise.resolve()).then(action, action)
    const settled = turn.catch(() => {})
    queues.set(key, settled)
    settled.then(() => queues.get(key) === settled && queues.delete(key))
    return turn
  }

  async function publishImageFile(
    upload: Extract<Accepted, { kind: 'image-file' }>,
  ): Promise<Published> {
    const staged = join(staging, upload.path)
    const target = join(root, upload.path)
    const { size } = await lstat(staged)
    if (isImage(upload.type)) {
      const why = whyNotQcow2(await head(staged, 32))
      if (why) throw new LinboError('SYNC_UPLOAD', `${upload.file} is refused: ${why}`)
    }
    const file = await open(staged, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      await file.datasync()
    } finally {
      await file.close()
    }
    await ownFolder(dirname(target))
    if (options.owner) await chown(staged, options.owner.uid, options.owner.gid)
    await chmod(staged, 0o664)
    if (isImage(upload.type)) await backUp(upload.base, upload.file, upload.type === 'qcow2')
    await rename(staged, target)
    if (isImage(upload.type)) return { image: { name: upload.file, sizeBytes: size } }
    if (upload.type !== 'info') return {}
    const image = await stat(join(dirname(target), upload.of)).then(
      (found) => found.size,
      () => undefined,
    )
    const remark = compareInfo(await readFile(target, 'utf8'), upload.of, image)
    return remark ? { remark } : {}
  }

  /** Keeps what the upload replaces in `images/<base>/backups/<when it was made>/`. */
  async function backUp(base: string, file: string, withQdiff: boolean): Promise<void> {
    const folder = join(root, 'images', base)
    const names = await readdir(folder)
    const outdated = withQdiff ? names.filter((name) => name.startsWith(`${base}.qdiff`)) : []
    const hasOld = names.includes(file)
    if (!hasOld && outdated.length === 0) return
    const old = await stat(join(folder, hasOld ? file : (outdated[0] ?? '')))
    const info = await readFile(join(folder, `${file}.info`), 'utf8').catch(() => undefined)
    const taken = new Set(await readdir(join(folder, 'backups')).catch(() => []))
    const backup = join(
      folder,
      'backups',
      backupName(info, old.mtime, (name) => taken.has(name)),
    )
    await ownFolder(dirname(backup))
    await ownFolder(backup)
    for (const name of names) {
      const isSidecar = sidecars.some((end) => name === `${file}.${end}`)
      const isScript = scripts.some((end) => name === `${base}.${end}`)
      if (isSidecar || isScript) await copyKept(join(folder, name), join(backup, name))
    }
    // A differential image fits its base image only: it goes before the new base image comes.
    for (const name of outdated) await rename(join(folder, name), join(backup, name))
    if (hasOld) await linkOrCopy(join(folder, file), join(backup, file))
  }

  async function copyKept(from: string, to: string): Promise<void> {
    const { mode, uid, gid } = await lstat(from)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await chmod(to, mode & 0o777)
    if (options.owner) await chown(to, uid, gid)
  }

  async function ownFolder(path: string): Promise<void> {
    const made = await mkdir(path, { recursive: true })
    if (made && options.owner) await chown(path, options.owner.uid, options.owner.gid)
  }

  async function register(upload: Extract<Accepted, { kind: 'registration' }>): Promise<Published> {
    const staged = join(staging, upload.path)
    try {
      const text = (await readFile(staged, 'utf8')).slice(0, 4096)
      const { rows, refused } = parseDevicesCsv(text)
      const [row] = rows
      if (!row || rows.length > 1) {
        const why = refused[0]?.message ?? 'it is not one line of devices.csv'
        throw new LinboError('SYNC_REGISTRATION', `${upload.path} is refused: ${why}`)
      }
      if (row.hostname !== upload.hostname)
        throw new LinboError(
          'SYNC_REGISTRATION',
          `${upload.path} is refused: it is about ${row.hostname}`,
        )
      const known =
        (await findHost(options.db, row.hostname)) ?? (await findHostByMac(options.db, row.mac))
      if (known) return { remark: `${known.hostname} (${known.mac}) is registered already` }
      const { room, hostname, group, mac, ip, role, pxe } = row
      await saveHost(options.db, { room, hostname, group, mac, ip, role, pxe })
      await writeAtomic(join(root, 'last_registered'), `${text.split('\n')[0]?.trim()}\n`)
      return { remark: `${row.hostname} was added` }
    } finally {
      await rm(staged, { force: true })
    }
  }

  return {
    /** Makes the staging folder and forgets what was left in it for a week. */
    async open(): Promise<void> {
      await mkdir(staging, { recursive: true, mode: 0o700 })
      if (options.uploader) await chown(staging, options.uploader.uid, options.uploader.gid)
      await chmod(staging, 0o700)
      await forget(staging, Date.now() - staleAfterMs)
    },
    /** Takes the place of an upload; false when another one to the same file is under way. */
    reserve(upload: Accepted): boolean {
      if (busy.has(upload.path)) return false
      busy.add(upload.path)
      return true
    },
    release(upload: Accepted): void {
      busy.delete(upload.path)
    },
    /** Makes the folders an upload needs, there and here. */
    async prepare(upload: Accepted): Promise<void> {
      let folder = staging
      for (const part of dirname(upload.path)
        .split('/')
        .filter((part) => part !== '.')) {
        folder = join(folder, part)
        await mkdir(folder, { recursive: true })
        if (options.uploader) await chown(folder, options.uploader.uid, options.uploader.gid)
      }
      const staged = join(staging, upload.path)
      const found = await lstat(staged).catch(() => undefined)
      if (found && !found.isFile()) await rm(staged, { recursive: true, force: true })
      if (upload.kind === 'image-file') await ownFolder(dirname(join(root, upload.path)))
    },
    /** Size in bytes of what was received, or undefined when it is not a plain file. */
    async stagedBytes(upload: Accepted): Promise<number | undefined> {
      const found = await lstat(join(staging, upload.path)).catch(() => undefined)
      return found?.isFile() && found.nlink === 1 ? found.size : undefined
    },
    /**
     * Puts a whole upload into service. What cannot be published is removed, so that the client sends it anew.
     * @throws LinboError that says why not.
     */
    publish: (upload: Accepted): Promise<Published> =>
      inTurn(upload.kind === 'image-file' ? `images/${upload.base}` : upload.path, async () => {
        try {
          return upload.kind === 'image-file'
            ? await publishImageFile(upload)
            : await register(upload)
        } catch (error) {
          await rm(join(staging, upload.path), { recursive: true, force: true })
          throw error
        }
      }),
    /** Resolves when nothing is being published any more. */
    async settled(): Promise<void> {
      await Promise.all(queues.values())
    },
  }
}

export type Publisher = ReturnType<typeof createPublisher>

async function head(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** A second name costs nothing; where the file system or its rules forbid it, a copy (shared blocks if possible). */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}

/** Removes files last changed before `before`, by the time of the change, not the one the client set. */
async function forget(folder: string, before: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await forget(path, before)
    else if ((await lstat(path)).ctimeMs < before) await rm(path, { force: true })
  }
}
