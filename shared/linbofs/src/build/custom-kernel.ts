import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import type { BaseFacts } from './base-facts.ts'
import { type CustomKernel, parseCustomKernel } from './custom-kernel-file.ts'
import { packModules } from './modules.ts'

/** A kernel that takes the place of the package's, and the segment with its modules. */
export interface PreparedKernel {
  kernel: string
  modules: string
  release: string
}

/**
 * Reads `custom_kernel` and packs the modules it names; packed ones are kept in `cacheDir` until kernel or modules
 * change.
 * @returns undefined when the kernel of the package is to be used.
 * @throws LinboError `LINBOFS_CUSTOM_KERNEL`, and as `packModules`
 */
export async function customKernel(
  configDir: string,
  cacheDir: string,
  facts: BaseFacts,
  signal?: AbortSignal,
): Promise<PreparedKernel | undefined> {
  const path = join(configDir, 'custom_kernel')
  const text = await readFile(path, 'utf8').catch(() => '')
  const wanted = parseCustomKernel(text)
  if (wanted.kind === 'package') return undefined
  if (wanted.kind === 'wrong') throw refused(`${path}: ${wanted.reason}`)
  const found = await stat(wanted.kernel).catch(() => undefined)
  if (!found?.isFile() || found.size === 0) throw refused(`${path}: there is no ${wanted.kernel}`)
  const folder = await stat(wanted.modules).catch(() => undefined)
  if (!folder?.isDirectory()) throw refused(`${path}: there is no folder ${wanted.modules}`)
  const segment = join(cacheDir, `modules-${await stampOf(wanted, facts)}.cpio.xz`)
  if (!(await stat(segment).catch(() => undefined))) {
    await mkdir(cacheDir, { recursive: true, mode: 0o750 })
    const source = { folder: wanted.modules, release: wanted.release }
    const made = `${segment}.new`
    await packModules(made, source, facts, signal)
    await rename(made, segment).finally(() => rm(made, { force: true }))
  }
  return { kernel: wanted.kernel, modules: segment, release: wanted.release }
}

/** Another text when another kernel was installed there; modules.dep is written last. */
async function stampOf(
  wanted: Extract<CustomKernel, { kind: 'custom' }>,
  facts: BaseFacts,
): Promise<string> {
  const paths = [wanted.kernel, wanted.modules, join(wanted.modules, 'modules.dep')]
  const times = await Promise.all(
    paths.map((path) =>
      stat(path).then((found) => `${path} ${found.size} ${found.mtimeMs}`, String),
    ),
  )
  const links = [...facts.links].filter(([, target]) => target.includes('lib'))
  return createHash('sha256')
    .update(JSON.stringify([times, links]))
    .digest('hex')
    .slice(0, 16)
}

function refused(message: string): LinboError {
  return new LinboError('LINBOFS_CUSTOM_KERNEL', message, {
    fix: 'Correct KERNELPATH and MODULESPATH in that file, or remove it to take the kernel of the package.',
  })
}
