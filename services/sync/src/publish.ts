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
  stat,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import { LinboError } from '@linbo/runtime'
import { errorCode } from './errors.ts'
import { type Registration, register, registrationBytes } from './register.ts'
import type { Attempt } from './staging.ts'
import { type AcceptedUpload, backupName, compareInfo, isImage, whyNotQcow2 } from './upload.ts'

export interface PublisherOptions {
  /** LINBO_DIR. */
  root: string
  db: Db
  bus: Pick<Bus, 'publish'>
  /** Whom published files belong to, when running as root. */
  owner: { uid: number; gid: number } | undefined
}

export interface Published {
  /** An image that went into service. */
  image?: { name: string; sizeBytes: number }
  /** Something worth telling though the upload stands. */
  remark?: string
}

type ImageFileUpload = Extract<AcceptedUpload, { kind: 'image-file' }>

const sidecars = ['info', 'desc', 'hash', 'torrent', 'macct']
const scripts = ['reg', 'postsync', 'prestart', 'driverpostsync']

/** Puts uploads that are whole into service: judges them, keeps what they replace, swaps them in. */
export function createPublisher(options: PublisherOptions) {
  const { root, owner } = options
  const queues = new Map<string, Promise<unknown>>()

  /** One after the other per image: an `.info` waits until the image before it is published. */
  function inTurn<T>(key: string, action: () => Promise<T>): Promise<T> {
    const turn = (queues.get(key) ?? Promise.resolve()).then(action, action)
    const settled = turn.catch(() => {})
    queues.set(key, settled)
    settled.then(() => queues.get(key) === settled && queues.delete(key))
    return turn
  }

  async function publishImageFile(upload: ImageFileUpload, staged: string): Promise<Published> {
    const target = join(root, upload.path)
    const { size } = await lstat(staged)
    const why = isImage(upload.type) ? whyNotQcow2(await head(staged, 32)) : undefined
    if (why) throw new LinboError(errorCode.upload, `${upload.file} is refused: ${why}`)
    await flush(staged)
    await ownFolder(dirname(target))
    if (owner) await chown(staged, owner.uid, owner.gid)
    await chmod(staged, 0o664)
    if (isImage(upload.type)) await backUp(upload.base, upload.file, upload.type === 'qcow2')
    await rename(staged, target)
    if (isImage(upload.type)) return { image: { name: upload.file, sizeBytes: size } }
    if (upload.type !== 'info') return {}
    const image = await stat(join(dirname(target), upload.of)).catch(() => undefined)
    const remark = compareInfo(await readFile(target, 'utf8'), upload.of, image?.size)
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
    const found = await lstat(from)
    if (!found.isFile()) return
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await chmod(to, found.mode & 0o777)
    if (owner) await chown(to, found.uid, found.gid)
  }

  async function ownFolder(path: string): Promise<void> {
    const made = await mkdir(path, { recursive: true })
    if (made && owner) await chown(path, owner.uid, owner.gid)
  }

  async function introduce(upload: Registration, staged: string, ip: string): Promise<Published> {
    if ((await lstat(staged)).size > registrationBytes)
      throw new LinboError(errorCode.registration, `${upload.path} is refused: it is too long`)
    return { remark: await register(options, upload, await readFile(staged, 'utf8'), ip) }
  }

  return {
    /**
     * Puts a whole upload into service.
     * @param ip of the machine it came from
     * @throws LinboError that says why not.
     */
    publish({ upload, whole }: Attempt, ip: string): Promise<Published> {
      return upload.kind === 'registration'
        ? inTurn('registration', () => introduce(upload, whole, ip))
        : inTurn(`images/${upload.base}`, () => publishImageFile(upload, whole))
    },
    /** Makes the folder an upload will go to: clients' tools look for it. */
    async makeRoom(upload: AcceptedUpload): Promise<void> {
      if (upload.kind === 'image-file') await ownFolder(dirname(join(root, upload.path)))
    },
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

async function flush(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    await file.datasync()
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
