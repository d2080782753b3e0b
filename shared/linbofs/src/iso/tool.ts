import { LinboError, spawnChild } from '@linbo/runtime'
import { isoErrors } from './errors.ts'

export interface ToolOptions {
  debianPackage: string
  cwd: string
  /** Seconds since 1970 that everything is dated with. */
  dated: number
  signal?: AbortSignal | undefined
  onLine?(line: string): void
}

/**
 * Runs a program that makes a part of the medium; what it makes depends on its input only.
 * @throws LinboError `CHILD_MISSING`, `ISO_TOOL_FAILED`
 */
export async function runTool(
  command: string,
  args: string[],
  options: ToolOptions,
): Promise<void> {
  const last: string[] = []
  const child = spawnChild({
    command,
    args,
    cwd: options.cwd,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      TZ: 'UTC0',
      SOURCE_DATE_EPOCH: String(options.dated),
      MTOOLSRC: '/dev/null',
    },
    debianPackage: options.debianPackage,
    onLine(line) {
      options.onLine?.(line)
      last.push(line)
      if (last.length > 5) last.shift()
    },
    ...(options.signal ? { signal: options.signal } : {}),
  })
  const exitCode = await child.exited
  if (exitCode === 0) return
  throw new LinboError(
    isoErrors.tool,
    `${command} ended with ${exitCode}: ${last.join(' · ').trim()}`,
    { fix: 'See that LINBO_DATA_DIR has room, and that the GRUB packages are of one version.' },
  )
}
