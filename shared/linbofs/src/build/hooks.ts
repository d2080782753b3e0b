import { access, constants, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnChild } from '@linbo/runtime'

/** A hook that runs this long is stopped, in milliseconds. */
const patienceMs = 10 * 60_000

export interface HookRun {
  cwd: string
  env: Record<string, string>
  onLine(line: string): void
  signal?: AbortSignal
}

/**
 * The executables of `update-linbofs.pre.d` or `post.d` in these folders, in the order of their names. Files that
 * anybody could have changed are left out with a warning.
 */
export async function findHooks(
  folders: string[],
  when: 'pre' | 'post',
): Promise<{ hooks: string[]; warnings: string[] }> {
  const hooks: string[] = []
  const warnings: string[] = []
  for (const folder of folders) {
    const place = join(folder, `update-linbofs.${when}.d`)
    for (const name of (await readdir(place).catch(() => [])).sort()) {
      const path = join(place, name)
      const found = await stat(path).catch(() => undefined)
      const mayRun = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (!found?.isFile() || !mayRun) continue
      if (found.mode & 0o002) warnings.push(`${path} was not run: everybody may change it`)
      else hooks.push(path)
    }
  }
  return { hooks, warnings }
}

/**
 * Runs hooks one after the other. One that fails does not stop the build, as upstream's do not either.
 * @returns what went wrong, as sentences.
 */
export async function runHooks(hooks: string[], run: HookRun): Promise<string[]> {
  const warnings: string[] = []
  for (const hook of hooks) {
    const limit = AbortSignal.timeout(patienceMs)
    const child = spawnChild({
      ...{ command: hook, args: [], cwd: run.cwd, env: run.env, onLine: run.onLine },
      signal: run.signal ? AbortSignal.any([run.signal, limit]) : limit,
    })
    const code = await child.exited.catch((error: Error) => error.message)
    if (limit.aborted) warnings.push(`${hook} was stopped after ${patienceMs / 60_000} minutes`)
    else if (code !== 0) warnings.push(`${hook} ended with ${code}; what it did before stays`)
  }
  return warnings
}
