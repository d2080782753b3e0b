import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError } from '@linbo/runtime'
import { ArchiveError } from '../deb/archive-error.ts'
import type { BootBase, Segment } from './boot-base.ts'
import { contentOf } from './cpio-stream.ts'
import type { PreparedKernel } from './custom-kernel.ts'
import { packHookedTree } from './hooked-tree.ts'
import { findHooks } from './hooks.ts'
import { writeInitramfs } from './initramfs-file.ts'
import { type Overlay, type OverlayPart, packOverlay } from './overlay.ts'
import { writeXz } from './segment.ts'

export interface BuildOptions {
  base: BootBase
  /** What is laid over the base, later ones over earlier ones. */
  parts: OverlayPart[]
  /** Takes the place of the base's kernel and modules. */
  kernel?: PreparedKernel | undefined
  /** An empty folder for the set; it is removed when the build fails. */
  target: string
  /** Where what takes long to make is kept. */
  cacheDir: string
  /** Folders with `update-linbofs.pre.d`, and what their hooks find in their environment. */
  hooks: { folders: string[]; env: Record<string, string> }
  /** Told each step, and what hooks print. */
  onProgress?(text: string): void
  signal?: AbortSignal
}

export interface BuiltSet {
  sha256: { linbo64: string; linbofs64: string }
  /** Size of linbofs64. */
  sizeBytes: number
  /** How much of linbofs64 is LINBO's own; 0 when hooks changed all of it. */
  baseBytes: number
  kernelVersion: string | null
  /** What was laid over it, for people. */
  overlay: string[]
  warnings: string[]
}

/**
 * Builds kernel, initramfs, their checksums and the version into a folder. The same inputs give the same bytes. What is
 * already packed is copied, so that this takes well below a second; with hooks everything is unpacked and packed anew.
 * @throws LinboError `LINBOFS_BASE` when the base cannot be read, `LINBOFS_UNWRITABLE`, and as `writeXz`
 */
export async function buildBootSet(options: BuildOptions): Promise<BuiltSet> {
  const { base, parts, kernel, target, onProgress } = options
  const overlay = packOverlay(parts, base.facts)
  const segments = [base.template, kernel ? segmentOf(kernel.modules) : base.modules]
  const { hooks, warnings } = await findHooks(options.hooks.folders, 'pre')
  try {
    const own = (await Promise.all(segments)).filter((one) => one !== undefined)
    const path = join(target, 'linbofs64')
    onProgress?.(hooks.length > 0 ? 'unpacking everything for the hooks' : 'writing linbofs64')
    const written =
      hooks.length > 0
        ? await hooked(options, own, overlay, hooks, warnings)
        : await writeInitramfs(path, [...own, ...(await bulky(options, overlay))], overlay.small)
    onProgress?.('writing linbo64 and checksums')
    await copyFile(
      kernel?.kernel ?? base.kernel,
      join(target, 'linbo64'),
      constants.COPYFILE_FICLONE,
    )
    const kernelBytes = await readFile(join(target, 'linbo64'))
    const digest = (name: string) => createHash(name).update(kernelBytes).digest('hex')
    await writeFile(join(target, 'linbo64.md5'), `${digest('md5')}\n`)
    await writeFile(join(target, 'linbofs64.md5'), `${written.md5}\n`)
    if (base.versionLine) await writeFile(join(target, 'linbo-version'), `${base.versionLine}\n`)
    const theirs = kernel || !base.modules ? [base.template] : [base.template, base.modules]
    const baseBytes = theirs.reduce((sum, { bytes }) => sum + (-sum & 3) + bytes, 0)
    return {
      sha256: { linbo64: digest('sha256'), linbofs64: written.sha256 },
      ...{ sizeBytes: written.sizeBytes, baseBytes: hooks.length > 0 ? 0 : baseBytes },
      kernelVersion: kernel?.release ?? base.kernelVersion,
      overlay: [
        ...parts.filter(({ entries }) => entries.length > 0).map(({ name }) => name),
        ...(kernel ? [`kernel ${kernel.release}`] : []),
        ...(hooks.length > 0 ? [`hooks (${hooks.length})`] : []),
      ],
      warnings: [...base.warnings, ...parts.flatMap((one) => one.warnings), ...warnings],
    }
  } catch (error) {
    await rm(target, { recursive: true, force: true })
    throw asLinboError(error, options)
  }
}

async function segmentOf(path: string): Promise<Segment> {
  return { path, bytes: (await stat(path)).size }
}

/** The big files as a segment, packed once and kept. */
async function bulky({ cacheDir, signal, onProgress }: BuildOptions, overlay: Overlay) {
  if (!overlay.bulky) return []
  const digest = createHash('sha256').update(overlay.bulky).digest('hex')
  const path = join(cacheDir, `overlay-${digest.slice(0, 32)}.cpio.xz`)
  if (!(await stat(path).catch(() => undefined))) {
    onProgress?.('packing firmware and other big files')
    await mkdir(cacheDir, { recursive: true, mode: 0o750 })
    await writeXz(path, contentOf(overlay.bulky), signal)
  }
  const now = new Date()
  await utimes(path, now, now)
  await forgetOld(cacheDir)
  return [await segmentOf(path)]
}

/** Leaves the four that were used last. */
async function forgetOld(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => /^overlay-\w+\.cpio\.xz$/.test(name))
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(cacheDir, name))).mtimeMs })),
  )
  for (const { name } of aged.sort((a, b) => b.at - a.at).slice(4)) {
    await rm(join(cacheDir, name), { force: true })
  }
}

async function hooked(
  options: BuildOptions,
  segments: Segment[],
  overlay: Overlay,
  hooks: string[],
  warnings: string[],
) {
  const { target, cacheDir, base, signal, onProgress } = options
  const path = join(target, '.hooked')
  const failed = await packHookedTree(path, {
    ...{ segments, facts: base.facts, hooks, workDir: cacheDir, env: options.hooks.env },
    archives: overlay.bulky ? [overlay.bulky, overlay.small] : [overlay.small],
    onLine: (line) => onProgress?.(line),
    ...(signal ? { signal } : {}),
  })
  warnings.push(...failed)
  onProgress?.('writing linbofs64')
  const made = await segmentOf(path)
  const written = await writeInitramfs(join(target, 'linbofs64'), [made], new Uint8Array())
  await rm(path)
  return written
}

function asLinboError(error: unknown, { base, target }: BuildOptions): LinboError {
  const { name, message } = error as Error
  if (error instanceof ArchiveError || name === 'CpioError') {
    return new LinboError('LINBOFS_BASE', `${base.template.path} cannot be unpacked: ${message}`, {
      fix: 'Import the linuxmuster-linbo7 package again.',
      cause: error,
    })
  }
  const fix = 'Give the suite the right to write there, and room for another linbofs64.'
  return toLinboError(error, 'LINBOFS_UNWRITABLE', `cannot build in ${target}`, fix)
}
