import { watch } from 'node:fs'
import { toLinboError } from '@linbo/runtime'
import { groupOfStartConf } from './publish.ts'

export interface StartConfWatch {
  /** No call comes after it. */
  close(): void
}

/**
 * Calls back when a `start.conf.<group>` below root was written, replaced or removed, once for all the small
 * steps an editor takes. The folder is watched, not the files, so that a replaced file is seen too.
 * @param options.quietMs how long a file must rest before it counts (default 200).
 * @param options.onError told when watching breaks off, for instance because root was removed.
 * @throws LinboError `BOOT_WATCH_FAILED`
 */
export function watchStartConfs(
  root: string,
  onChange: (group: string) => void,
  options: { quietMs?: number; onError?: (error: Error) => void } = {},
): StartConfWatch {
  const waiting = new Map<string, NodeJS.Timeout>()
  const watcher = openWatcher(root)
  watcher.on('change', (_event, file) => {
    const group = groupOfStartConf(String(file))
    if (group === undefined) return
    clearTimeout(waiting.get(group))
    const timer = setTimeout(() => {
      waiting.delete(group)
      onChange(group)
    }, options.quietMs ?? 200)
    waiting.set(group, timer)
  })
  watcher.on('error', (error) => options.onError?.(error))
  return {
    close() {
      watcher.close()
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}

function openWatcher(root: string) {
  try {
    return watch(root, { persistent: false })
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_WATCH_FAILED',
      `cannot watch ${root}`,
      'See that LINBO_DIR exists, and raise fs.inotify.max_user_watches if it is used up.',
    )
  }
}
