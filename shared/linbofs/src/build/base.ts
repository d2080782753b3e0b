import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { ArchiveError } from '../deb/archive-error.ts'
import { decompress } from '../deb/decompress.ts'
import { readTar } from '../deb/tar.ts'
import { type BaseFacts, noFacts, parseFacts, printFacts } from './base-facts.ts'
import { cpioBytes } from './cpio-stream.ts'
import { packModules } from './modules.ts'
import { writeXz } from './segment.ts'
import { templateEntries } from './template.ts'

/** The files a base consists of, beside the package they were made from. */
export const baseFiles = {
  template: 'base.cpio.xz',
  modules: 'modules.cpio.xz',
  facts: 'base.json',
} as const

const gib = 1024 ** 3
/** A hundred times what LINBO has. */
const limits = { entries: 500_000, fileBytes: 2 * gib, totalBytes: 8 * gib }

export interface BaseOptions {
  /** Holds `linbofs64.tar.xz` and `modules.tar.xz` of a package. */
  folder: string
  signal?: AbortSignal
  onProgress?(text: string): void
}

/**
 * Makes what each build begins with: the template and the modules as segments that the kernel unpacks. Takes a minute or
 * two; the builds afterwards only copy them. The same package gives the same bytes.
 * @throws LinboError `LINBOFS_TEMPLATE` when an archive is broken or has what does not belong there, `LINBOFS_XZ`,
 * `LINBOFS_DEPMOD`, `CHILD_MISSING`
 */
export async function makeBase(options: BaseOptions): Promise<BaseFacts> {
  const { folder, signal, onProgress } = options
  const facts = noFacts()
  onProgress?.('packing the template')
  await naming('linbofs64.tar.xz', () => {
    const entries = templateEntries(readArchive(folder, 'linbofs64.tar.xz'), facts)
    return writeXz(join(folder, baseFiles.template), cpioBytes(entries), signal)
  })
  onProgress?.('packing the modules')
  await naming('modules.tar.xz', () => {
    const tar = readArchive(folder, 'modules.tar.xz')
    return packModules(join(folder, baseFiles.modules), { tar }, facts, signal)
  })
  await writeAtomic(join(folder, baseFiles.facts), printFacts(facts), { mode: 0o640 })
  return facts
}

/** The facts of a base that was made; undefined when it has to be made. */
export async function readBase(folder: string): Promise<BaseFacts | undefined> {
  for (const name of [baseFiles.template, baseFiles.modules]) {
    if (!(await stat(join(folder, name)).catch(() => undefined))?.size) return undefined
  }
  const text = await readFile(join(folder, baseFiles.facts), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseFacts(text)
}

function readArchive(folder: string, name: string) {
  return readTar(decompress(createReadStream(join(folder, name)), 'xz'), limits)
}

async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    throw new LinboError('LINBOFS_TEMPLATE', `${name} cannot be used: ${error.message}`, {
      fix: 'Get the package again from its source, and import it anew.',
      cause: error,
    })
  }
}
