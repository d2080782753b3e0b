import { watch } from 'node:fs'

export interface FolderWatch {
  /** No call comes after it. */
  close(): void
}

/**
 * Calls back with the name of a file in a folder that was written, replaced or removed, once for all the small steps
 * an editor takes. The folder is watched, not the file, so that a replaced file is seen too.
 * @param options.quietMs how long a file must rest before it counts (default 200).
 * @param options.onError told when watching breaks off, for instance because the folder was removed.
 * @throws what the operating system throws, with its errno as `code`
 */
export function watchFolder(
  folder: string,
  onChange: (name: string) => void,
  options: { quietMs?: number; onError?: (error: Error) => void } = {},
): FolderWatch {
  const waiting = new Map<string, NodeJS.Timeout>()
  const watcher = watch(folder, { persistent: false })
  watcher.on('change', (_event, file) => {
    const name = String(file)
    clearTimeout(waiting.get(name))
    const timer = setTimeout(() => {
      waiting.delete(name)
      onChange(name)
    }, options.quietMs ?? 200)
    waiting.set(name, timer)
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
