import { type FolderWatch, toLinboError, watchFolder } from '@linbo/runtime'
import { groupOfStartConf } from './publish.ts'

export type StartConfWatch = FolderWatch

/**
 * Calls back when a `start.conf.<group>` below root was written, replaced or removed, once for all the small
 * steps an editor takes.
 * @param options as of `watchFolder`
 * @throws LinboError `BOOT_WATCH_FAILED`
 */
export function watchStartConfs(
  root: string,
  onChange: (group: string) => void,
  options: Parameters<typeof watchFolder>[2] = {},
): StartConfWatch {
  const changed = (file: string) => {
    const group = groupOfStartConf(file)
    if (group !== undefined) onChange(group)
  }
  try {
    return watchFolder(root, changed, options)
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_WATCH_FAILED',
      `cannot watch ${root}`,
      'See that LINBO_DIR exists, and raise fs.inotify.max_user_watches if it is used up.',
    )
  }
}
