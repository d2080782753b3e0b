import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeAtomic } from '@linbo/runtime'

/** Keys of this build and of three before it; machines boot a new initramfs at their next start, some weeks later. */
const keptLines = 12

const pathIn = (dataDir: string) => join(dataDir, 'ssh', 'client-host-keys')

/**
 * Notes the fingerprints (`SHA256:…`) of host keys that clients get with an initramfs we built.
 * @throws LinboError `SECRET_FILE`
 */
export async function rememberClientHostKeys(
  dataDir: string,
  fingerprints: string[],
): Promise<void> {
  const known = await readClientHostKeys(dataDir)
  const lines = [...new Set([...fingerprints, ...known])].slice(0, keptLines)
  if (lines.join() === [...known].join()) return
  try {
    await writeAtomic(pathIn(dataDir), `${lines.join('\n')}\n`)
  } catch (error) {
    const fix = 'Make the folder writable for the user the suite runs as.'
    throw toLinboError(error, 'SECRET_FILE', pathIn(dataDir), fix)
  }
}

/** The fingerprints noted so far, latest first. */
export async function readClientHostKeys(dataDir: string): Promise<Set<string>> {
  const text = await readFile(pathIn(dataDir), 'utf8').catch(() => '')
  return new Set(text.split('\n').filter((line) => line.startsWith('SHA256:')))
}
