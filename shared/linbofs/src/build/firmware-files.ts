import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { cpio } from '@linbo/boot/cpio'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import {
  chooseFirmware,
  editFirmwareList,
  type FoundFirmware,
  parseFirmwareList,
} from './firmware.ts'
import { type OverlayPart, part } from './overlay.ts'

/** The administrator's list in LINBO_CONFIG_DIR. */
const listName = 'firmware'

/** Everything below the folders, by path; the earlier folder wins. Folders that are missing are left out. */
export async function findFirmware(folders: string[]): Promise<Map<string, FoundFirmware>> {
  const found = new Map<string, FoundFirmware>()
  for (const folder of folders) {
    const options = { withFileTypes: true, recursive: true } as const
    const entries = await readdir(folder, options).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile() && !entry.isSymbolicLink()) continue
      const source = join(entry.parentPath, entry.name)
      const path = source.slice(folder.length + 1)
      if (found.has(path)) continue
      const target = entry.isSymbolicLink() ? { target: await readlink(source) } : {}
      found.set(path, { path, source, ...target })
    }
  }
  return found
}

/**
 * The firmware that a list asks for, from these folders; with it always what Wi-Fi may send in which country. What is
 * not there becomes a warning.
 */
export async function firmwarePart(list: string, folders: string[]): Promise<OverlayPart> {
  const { wanted, wrong } = parseFirmwareList(list)
  const warnings = wrong.map((word) => `firmware: "${word}" is not the name of a firmware file`)
  if (wanted.length === 0) return part('firmware', [], warnings)
  const files = await findFirmware(folders)
  const chosen = new Map<string, FoundFirmware>()
  for (const one of wanted) {
    const found = chooseFirmware(one, files)
    if (found.length === 0) {
      warnings.push(
        `firmware: ${one.name} is not on this server. Install the package that has it, or put it into ${folders.at(-1)}.`,
      )
    }
    for (const file of found) chosen.set(file.path, file)
  }
  for (const file of files.values())
    if (/^regulatory\.db(\.p7s)?$/.test(file.path)) chosen.set(file.path, file)
  const entries = []
  for (const { path, source, target } of chosen.values()) {
    // What is packaged may be linked to a place outside of the folder (/etc/alternatives).
    const isInside = target !== undefined && !target.startsWith('/')
    const place = `lib/firmware/${path}`
    entries.push(isInside ? cpio.link(place, target) : cpio.file(place, await readFile(source)))
  }
  return part(`firmware (${wanted.length} of the list)`, entries, warnings)
}

/** The names in the administrator's list, and whether this server has them. */
export async function readFirmwareList(
  configDir: string,
  folders: string[],
): Promise<{ configured: string[]; isFound(name: string): boolean }> {
  const text = await readFile(join(configDir, listName), 'utf8').catch(() => '')
  const files = await findFirmware(folders)
  return {
    configured: parseFirmwareList(text).wanted.map(({ name }) => name),
    isFound: (name) => {
      const wanted = parseFirmwareList(name).wanted[0]
      return wanted !== undefined && chooseFirmware(wanted, files).length > 0
    },
  }
}

/**
 * Puts exactly these names into the administrator's list; comments stay.
 * @throws LinboError `LINBOFS_FIRMWARE_LIST`
 */
export async function writeFirmwareList(configDir: string, names: string[]): Promise<void> {
  const path = join(configDir, listName)
  try {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return ''
    })
    await writeAtomic(path, editFirmwareList(text, names))
  } catch (error) {
    const fix = 'Let the user the suite runs as write there.'
    throw toLinboError(error, 'LINBOFS_FIRMWARE_LIST', `cannot write ${path}`, fix)
  }
}
