import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readCpio } from '@linbo/boot/cpio-read'
import { type BaseFacts, placeIn } from './base-facts.ts'
import { type Segment, unpackSegment } from './boot-base.ts'
import { contentOf, cpioBytes, FileType, type StreamEntry } from './cpio-stream.ts'
import { type HookRun, runHooks } from './hooks.ts'
import { writeXz } from './segment.ts'
import { treeEntries, unpackTree } from './tree.ts'

/**
 * Unpacks a whole initramfs, lets hooks change it, and packs what is then there into one segment. That takes as long as
 * upstream's way, a minute or so.
 * @param path the segment to write
 * @param archives the overlay's archives
 * @returns what went wrong with hooks, as sentences.
 * @throws LinboError as `writeXz`; CpioError, ArchiveError for a base that is broken
 */
export async function packHookedTree(
  path: string,
  options: Omit<HookRun, 'cwd'> & {
    segments: Segment[]
    archives: Uint8Array[]
    facts: BaseFacts
    hooks: string[]
    workDir: string
  },
): Promise<string[]> {
  const { segments, archives, facts, hooks, workDir, ...run } = options
  await mkdir(workDir, { recursive: true, mode: 0o750 })
  const work = await mkdtemp(join(workDir, '.tree-'))
  try {
    for (const segment of segments) await unpackTree(work, placed(unpackSegment(segment), facts))
    for (const archive of archives) await unpackTree(work, placed(contentOf(archive), facts))
    const warnings = await runHooks(hooks, { ...run, cwd: work })
    await writeXz(path, cpioBytes(withDevices(work, facts)), run.signal)
    return warnings
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The entries of archives, none of which leaves its tree. */
async function* placed(
  bytes: AsyncIterable<Uint8Array>,
  facts: BaseFacts,
): AsyncGenerator<StreamEntry> {
  for await (const entry of readCpio(bytes)) {
    const names = entry.path.split('/').filter((name) => name !== '' && name !== '.')
    if (names.length === 0 || names.includes('..')) continue
    const { mode, sizeBytes } = entry
    yield { path: placeIn(facts, names.join('/')), mode, sizeBytes, content: entry.content() }
  }
}

/** The tree with its root, and with the device nodes that an ordinary user cannot make. */
async function* withDevices(folder: string, facts: BaseFacts): AsyncGenerator<StreamEntry> {
  yield { path: '.', mode: FileType.folder | 0o755, sizeBytes: 0, content: contentOf() }
  yield* treeEntries(folder)
  for (const device of facts.devices) yield { ...device, sizeBytes: 0, content: contentOf() }
}
