import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError } from '@linbo/runtime'
import { findContent, type IsoContent } from './content.ts'
import { isoErrors } from './errors.ts'
import { writeImage } from './image.ts'
import { requireGrub } from './loaders.ts'

/** A finished medium. */
export interface BootIso {
  path: string
  sizeBytes: number
  /** Differs whenever the image does. */
  key: string
  /** The boot set it was made from, if there are sets. */
  set: string | null
  /** What clients would use and could not be put on it, by its name on the medium. */
  missing: string[]
  /** It was not there yet. */
  isNew: boolean
}

export interface BootIsoOptions {
  /** `KernelOptions` of a group. */
  kernelOptions?: string
  signal?: AbortSignal
  onProgress?(step: string, percent: number | null): void
}

export interface BootIsoMaker {
  /**
   * The medium for the boot files of now: one that was made before, or a new one.
   * @throws LinboError with one of `isoErrors`, or `CHILD_MISSING`
   */
  make(options?: BootIsoOptions): Promise<BootIso>
}

/** Images that are kept, one per set and group. */
const kept = 3
/** For GRUB, its modules and the tables of the image. */
const extraBytes = 32 * 1024 * 1024
const attempts = 3

/**
 * Makes media for machines that cannot boot from the network, one at a time.
 * @param root LINBO_DIR
 * @param folder where the images are kept
 */
export function createBootIsoMaker(root: string, folder: string): BootIsoMaker {
  let last: Promise<unknown> = Promise.resolve()
  return {
    make(options = {}) {
      const made = last.catch(() => {}).then(() => make(root, folder, options))
      last = made
      return made
    },
  }
}

async function make(root: string, folder: string, options: BootIsoOptions): Promise<BootIso> {
  const kernelOptions = options.kernelOptions ?? ''
  for (let attempt = 0; attempt < attempts; attempt++) {
    const content = await findContent(root, kernelOptions)
    const path = join(folder, `linbo-${content.key}.iso`)
    const facts = { path, key: content.key, set: content.set, missing: content.missing }
    const found = await stat(path).catch(() => undefined)
    if (found) {
      const now = new Date()
      await utimes(path, now, now).catch(() => {})
      return { ...facts, sizeBytes: found.size, isNew: false }
    }
    const isMade = await build(folder, path, content, options)
    const now = await findContent(root, kernelOptions)
    if (now.key === content.key || content.set !== null)
      return { ...facts, sizeBytes: isMade, isNew: true }
    await rm(path, { force: true })
  }
  throw new LinboError(isoErrors.changing, 'the boot files kept changing while they were copied', {
    fix: 'Wait until nothing writes to LINBO_DIR and try again.',
  })
}

/** @returns the size of the image. */
async function build(
  folder: string,
  path: string,
  content: IsoContent,
  options: BootIsoOptions,
): Promise<number> {
  await requireGrub()
  const work = join(folder, `.new-${randomBytes(6).toString('hex')}`)
  try {
    await sweep(folder)
    await mkdir(work, { recursive: true, mode: 0o700 })
    await requireSpace(folder, content)
    const { onProgress, signal, kernelOptions = '' } = options
    const image = await writeImage({ content, kernelOptions, work, signal, onProgress })
    const { size } = await stat(image)
    await rename(image, path)
    return size
  } catch (error) {
    throw toLinboError(
      error,
      isoErrors.folder,
      `cannot write ${folder}`,
      'Give the suite the right to write in LINBO_DATA_DIR.',
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Removes what an interrupted build left behind, and the images that were wanted longest ago. */
async function sweep(folder: string): Promise<void> {
  const images: { path: string; usedAt: number }[] = []
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = join(folder, name)
    if (name.startsWith('.new-')) await rm(path, { recursive: true, force: true })
    const found = name.endsWith('.iso') ? await stat(path).catch(() => undefined) : undefined
    if (found) images.push({ path, usedAt: found.mtimeMs })
  }
  const old = images.sort((a, b) => b.usedAt - a.usedAt).slice(kept - 1)
  for (const { path } of old) await rm(path, { force: true })
}

async function requireSpace(folder: string, content: IsoContent): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const wanted = content.files.reduce((sum, file) => sum + file.sizeBytes, extraBytes)
  if (bavail * bsize >= wanted) return
  const megabytes = Math.ceil(wanted / 1_000_000)
  throw new LinboError(isoErrors.space, `the image needs ${megabytes} MB in ${folder}`, {
    fix: 'Free some room there, or set LINBO_DATA_DIR to a larger disk.',
  })
}
