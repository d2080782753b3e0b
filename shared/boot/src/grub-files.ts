import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { chooseGrubConfig, type GrubChoice, type GrubConfigFile } from './grub-choice.ts'
import { managedMarker } from './grub-config.ts'

const folder = 'boot/grub'
/** A configuration is text of some kilobytes; nobody needs more in memory. */
const maxBytes = 1024 * 1024

/**
 * Reads one of GRUB's configurations. One that cannot be read, or leads out of root, is as good as missing.
 * @param file relative to root, such as `boot/grub/lab.cfg`
 */
export async function readGrubConfig(root: string, file: string): Promise<GrubConfigFile> {
  const path = join(root, file)
  const found = await lstat(path).catch(() => undefined)
  const nothing = { file, target: null, text: null, isHandWritten: false }
  if (!found) return { ...nothing, kind: 'missing' }
  const text = await readInside(root, path)
  const isManaged = text?.includes(managedMarker) ?? true
  if (found.isSymbolicLink()) {
    const link = await readlink(path)
    const target = relative(root, isAbsolute(link) ? link : join(dirname(path), link))
    return { file, kind: 'link', target, text: text ?? null, isHandWritten: !isManaged }
  }
  if (text === undefined) return { ...nothing, kind: 'missing' }
  return {
    ...nothing,
    kind: isManaged ? 'managed' : 'own',
    text,
    isHandWritten: !isManaged,
  }
}

async function readInside(root: string, path: string): Promise<string | undefined> {
  try {
    const [inside, real] = await Promise.all([realpath(root), realpath(path)])
    if (relative(inside, real).startsWith('..')) return undefined
    const found = await lstat(real)
    return found.isFile() && found.size <= maxBytes ? await readFile(real, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Which of the configurations below root the machine of a host gets, and why. */
export async function hostGrubConfig(
  root: string,
  host: { hostname: string; group: string; pxe: number; mac: string | null },
): Promise<GrubChoice> {
  const read = (name: string) => readGrubConfig(root, `${folder}/${name}.cfg`)
  return chooseGrubConfig({
    pxe: host.pxe,
    main: await read('grub'),
    hostConfig: await read(`hostcfg/${host.hostname}`),
    groupConfig: await read(host.group),
    macConfig: await read(`hostcfg/${host.mac ?? ''}`),
  })
}

/**
 * The configurations an administrator wrote himself: no change of a start.conf reaches them.
 * @returns paths relative to root, sorted.
 */
export async function handWrittenConfigs(root: string): Promise<string[]> {
  const found: string[] = []
  for (const place of [folder, `${folder}/hostcfg`]) {
    const entries = await readdir(join(root, place), { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile() || !entry.name.endsWith('.cfg')) continue
      const file = `${place}/${entry.name}`
      if ((await readGrubConfig(root, file)).isHandWritten) found.push(file)
    }
  }
  return found.sort()
}
