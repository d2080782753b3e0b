import type { CpioEntry } from '@linbo/boot/cpio'
import { wholeOf } from '@linbo/boot/cpio-read'
import { type BaseFacts, placeIn } from './base-facts.ts'
import { FileType, isOf } from './cpio-stream.ts'
import { type OverlayPart, part } from './overlay.ts'
import { treeEntries } from './tree.ts'

/** More than this does not belong into what each machine holds in memory. */
const limitBytes = 512 * 1024 * 1024

/** Everything below a folder as it lies there: modes, links. LINBO's own folders keep their mode. */
export async function extraFilesPart(folder: string, facts: BaseFacts): Promise<OverlayPart> {
  const entries: CpioEntry[] = []
  let total = 0
  try {
    for await (const { path, mode, sizeBytes, content } of treeEntries(folder)) {
      total += sizeBytes
      if (total > limitBytes) {
        return part('files', [], [`files: more than ${limitBytes} bytes; none were added`])
      }
      const data = await wholeOf(content)
      const isTheirs = isOf(mode, FileType.folder) && facts.folders.has(placeIn(facts, path))
      if (!isTheirs) entries.push({ path, mode, data })
    }
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && path === folder) return part('files', [])
    return part('files', entries, [`files: ${message}`])
  }
  const count = entries.filter(({ mode }) => !isOf(mode, FileType.folder)).length
  return part(`files (${count})`, entries)
}
