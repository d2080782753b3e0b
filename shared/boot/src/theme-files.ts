import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeAtomic } from '@linbo/runtime'
import { themeText } from './grub-theme.ts'
import { iconNames, iconShapes, iconSvg } from './os-icons.ts'

/** Which files are ours: the SHA-256 of each as we wrote it, by its path. */
const record = 'boot/artwork.json'
const themeFolder = 'boot/grub/themes/linbo'
/** Pictures and fonts, as test/artwork/render-theme.ts made them. */
const made = join(import.meta.dirname, '../theme')

/**
 * Puts GRUB's theme and the icons of the clients' GUI below root. A file that is missing, or is as we once wrote it, gets
 * our newest; what an administrator put there or changed stays.
 * @returns the paths that were written, relative to root.
 */
export async function installTheme(root: string): Promise<string[]> {
  const known = await artworkDigests(root)
  const now: Record<string, string> = {}
  const written: string[] = []
  const files = await wantedFiles()
  for (const path of files.keys()) await mkdir(dirname(join(root, path)), { recursive: true })
  const install = async ([path, content]: [string, Uint8Array]) => {
    const present = await readFile(join(root, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    const digest = sha256(content)
    const found = present && sha256(present)
    if (found !== undefined && found !== digest && found !== known[path]) return
    now[path] = digest
    if (found === digest) return
    await writeAtomic(join(root, path), content)
    written.push(path)
  }
  await Promise.all([...files].map(install))
  const text = `${JSON.stringify(now, Object.keys(now).sort(), 1)}\n`
  if (text !== `${JSON.stringify(known, Object.keys(known).sort(), 1)}\n`) {
    await writeAtomic(join(root, record), text)
  }
  return written.sort()
}

/** The artwork below root that is ours: the SHA-256 of each file as we wrote it, by its path. */
export async function artworkDigests(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, record), 'utf8').catch(() => '{}')
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? (read as Record<string, string>) : {}
  } catch {
    return {}
  }
}

let wanted: Promise<Map<string, Uint8Array>> | undefined

function wantedFiles(): Promise<Map<string, Uint8Array>> {
  wanted ??= readWanted()
  return wanted
}

async function readWanted(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>([
    [`${themeFolder}/theme.txt`, Buffer.from(themeText)],
    ...iconNames.map((name): [string, Uint8Array] => [
      `icons/${name}.svg`,
      Buffer.from(iconSvg(iconShapes(name))),
    ]),
  ])
  for (const entry of await readdir(made, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(`${themeFolder}${path.slice(made.length)}`, await readFile(path))
  }
  return files
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
