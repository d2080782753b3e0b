import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import { torrentDefaults } from './overlay-parts.ts'

const served = 'torrent-client.conf'

/**
 * The torrent options for clients: the administrator's `linbo-torrent`, else `torrent-client.conf` below LINBO_DIR
 * (upstream links it to `/etc/default/linbo-torrent`), else upstream's defaults.
 */
export async function readTorrentOptions(configDir: string, linboDir: string): Promise<string> {
  for (const path of [join(configDir, 'linbo-torrent'), join(linboDir, served)]) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.trim() !== '') return text
  }
  return torrentDefaults
}

/**
 * Makes `torrent-client.conf` below LINBO_DIR say the same. A link that somebody put there stays.
 * @throws LinboError `LINBOFS_TORRENT`
 */
export async function publishTorrentOptions(linboDir: string, options: string): Promise<void> {
  const path = join(linboDir, served)
  try {
    const found = await lstat(path).catch(() => undefined)
    if (found?.isSymbolicLink()) return
    if (found && (await readFile(path, 'utf8')) === options) return
    await writeAtomic(path, options)
  } catch (error) {
    const fix = 'Give the suite the right to write in LINBO_DIR.'
    throw toLinboError(error, 'LINBOFS_TORRENT', `cannot write ${path}`, fix)
  }
}
