import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BootBase, packageBase } from './boot-base.ts'
import { type BuiltSet, buildBootSet } from './build-set.ts'
import { customKernel } from './custom-kernel.ts'
import { type InputOptions, readBuildInputs } from './inputs.ts'
import { writePackage } from './testing.ts'

export interface TestBuilder {
  /** Holds `package/`, and what is configured in `config/`; all of it goes with `close()`. */
  dir: string
  /** Names of the folders that sets are built in, the next one first asked for. */
  nextFolder(): string
  base(): Promise<BootBase>
  build(options?: {
    base?: BootBase
    inputs?: Partial<InputOptions>
    onProgress?(text: string): void
  }): Promise<BuiltSet & { folder: string }>
  close(): Promise<void>
}

/** Builds boot sets in a temporary folder, from a small package. */
export async function openTestBuilder(): Promise<TestBuilder> {
  const dir = await mkdtemp(join(tmpdir(), 'linbo-build-'))
  const configDir = join(dir, 'config')
  const cacheDir = join(dir, 'cache')
  await writePackage(join(dir, 'package'))
  let count = 0
  const base = () =>
    packageBase({
      ...{ version: '7.4.11-0', folder: join(dir, 'package'), kernelVersion: '6.1.0-test' },
      sha256: '',
    })
  return {
    dir,
    base,
    nextFolder: () => join(dir, `set${count}`),
    async build(options = {}) {
      const chosen = options.base ?? (await base())
      const folder = join(dir, `set${count++}`)
      await mkdir(folder)
      const { parts } = await readBuildInputs({
        ...{ configDir, dataDir: join(dir, 'data'), linboDir: join(dir, 'srv'), cacheDir },
        ...{ facts: chosen.facts, publicKey: `ssh-ed25519 ${'A'.repeat(68)} linbo-server` },
        password: { hash: 'f'.repeat(64), salt: 's'.repeat(32) },
        locale: { lang: 'C', keymap: '', zone: 'Europe/Berlin' },
        ...options.inputs,
      })
      const built = await buildBootSet({
        ...{ base: chosen, parts, target: folder, cacheDir },
        kernel: await customKernel(configDir, cacheDir, chosen.facts),
        hooks: { folders: [join(configDir, 'hooks')], env: { PATH: '/usr/bin:/bin' } },
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
      })
      return { ...built, folder }
    },
    close: () => rm(dir, { recursive: true, force: true }),
  }
}
