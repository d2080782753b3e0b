import { mkdir, mkdtemp, readFile, readlink, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CpioEntry, cpio } from '@linbo/boot/cpio'
import { wholeOf } from '@linbo/boot/cpio-read'
import { spawnChild } from '@linbo/runtime'
import { FileType } from './cpio-stream.ts'
import { assigned, isKeymapName, isZoneName, type LocaleName, parseLocale } from './locale-names.ts'
import { type OverlayPart, part } from './overlay.ts'
import { treeEntries } from './tree.ts'

/** What clients speak and type. An empty text means: as this server. */
export interface LocaleSettings {
  /** Such as `de_DE.UTF-8`. */
  lang: string
  /** Such as `de`. */
  keymap: string
  /** Such as `Europe/Berlin`. */
  zone: string
}

const searchPath = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/**
 * Language, keyboard of the console and time zone for clients.
 * @param configDir a `console.kmap` there wins over the keymap's name
 * @param cacheDir where compiled locales are kept, because that takes a second or two
 */
export async function localeParts(
  settings: LocaleSettings,
  configDir: string,
  cacheDir: string,
): Promise<OverlayPart[]> {
  const lang = settings.lang || (await serverLang()) || ''
  const keymap = settings.keymap || (await serverKeymap()) || ''
  return [
    await localePart(lang, cacheDir),
    await keymapPart(keymap, lang, configDir),
    await zonePart(settings.zone || (await serverZone()) || ''),
  ]
}

const read = (path: string) => readFile(path, 'utf8').catch(() => '')

async function serverLang(): Promise<string | undefined> {
  for (const path of ['/etc/default/locale', '/etc/locale.conf']) {
    const lang = assigned(await read(path), 'LANG')
    if (lang) return lang
  }
  return undefined
}

async function serverKeymap(): Promise<string | undefined> {
  const named = assigned(await read('/etc/vconsole.conf'), 'KEYMAP')
  const layout = assigned(await read('/etc/default/keyboard'), 'XKBLAYOUT')
  return named ?? layout?.split(',')[0]
}

async function serverZone(): Promise<string | undefined> {
  const target = await readlink('/etc/localtime').catch(() => '')
  return /zoneinfo\/(.+)$/.exec(target)?.[1] ?? ((await read('/etc/timezone')).trim() || undefined)
}

async function localePart(lang: string, cacheDir: string): Promise<OverlayPart> {
  const name = parseLocale(lang)
  if (!name) {
    const isKnown = /^(|C|POSIX|C\.UTF-?8)$/i.test(lang)
    return part('locale', [], isKnown ? [] : [`locale: "${lang}" is not the name of a locale`])
  }
  const setting = `LANG=${lang}\n`
  const entries = [cpio.file('etc/locale.conf', setting), cpio.file('etc/default/locale', setting)]
  const compiled = await compiledLocale(name, cacheDir)
  if (compiled) return part(`locale ${lang}`, [...entries, ...compiled])
  const warning = `locale: ${lang} could not be compiled. Run: apt-get install locales`
  return part(`locale ${lang}`, entries, [warning])
}

async function compiledLocale(
  name: LocaleName,
  cacheDir: string,
): Promise<CpioEntry[] | undefined> {
  const kept = join(cacheDir, `locale-${name.folder}`)
  const files = await filesBelow(kept, `usr/lib/locale/${name.folder}`)
  if (files.length > 0) return files
  await mkdir(cacheDir, { recursive: true, mode: 0o750 })
  const work = await mkdtemp(join(cacheDir, '.locale-'))
  try {
    const made = join(work, name.folder)
    const { definition, charset } = name
    const args = ['--no-archive', '-i', definition, '-f', charset, made]
    const child = spawnChild({ command: 'localedef', args, env: searchPath })
    // 1 tells of warnings only; the files are there then.
    const code = await child.exited.catch(() => 127)
    if (code > 1) return undefined
    await rename(made, kept).catch(() => undefined)
    return await filesBelow(kept, `usr/lib/locale/${name.folder}`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function filesBelow(folder: string, place: string): Promise<CpioEntry[]> {
  const entries: CpioEntry[] = []
  try {
    for await (const { path, mode, content } of treeEntries(folder, place)) {
      if ((mode & 0o170000) !== FileType.file) continue
      entries.push(cpio.file(path, await wholeOf(content)))
    }
  } catch {
    return []
  }
  return entries
}

async function keymapPart(name: string, lang: string, configDir: string): Promise<OverlayPart> {
  const given = await readFile(join(configDir, 'console.kmap')).catch(() => undefined)
  if (given) {
    if (isBusyboxKeymap(given)) return part('keymap', [cpio.file('etc/console.kmap', given)])
    const warning = 'keymap: console.kmap is not in the format of `loadkeys --bkeymap`'
    return part('keymap', [], [warning])
  }
  if (name === '') return part('keymap', [])
  if (!isKeymapName(name)) return part('keymap', [], [`keymap: "${name}" is not a keymap's name`])
  const setting = cpio.file('etc/vconsole.conf', `KEYMAP=${name}\n`)
  const map = await busyboxKeymap(name, /utf-?8/i.test(lang))
  if (map) return part(`keymap ${name}`, [setting, cpio.file('etc/console.kmap', map)])
  const warning = `keymap: ${name} could not be made. Run: apt-get install kbd console-data; or put a console.kmap into ${configDir}`
  return part(`keymap ${name}`, [setting], [warning])
}

/** What BusyBox's loadkmap reads. */
async function busyboxKeymap(name: string, isUnicode: boolean): Promise<Buffer | undefined> {
  const args = ['--quiet', ...(isUnicode ? ['--unicode'] : []), '--bkeymap', name]
  const child = spawnChild({ command: 'loadkeys', args, env: searchPath, pipes: true })
  child.process.stdin?.end()
  const chunks: Uint8Array[] = []
  for await (const chunk of child.process.stdout ?? []) chunks.push(chunk as Uint8Array)
  const code = await child.exited.catch(() => 127)
  const map = Buffer.concat(chunks)
  return code === 0 && isBusyboxKeymap(map) ? map : undefined
}

/** The magic, 256 flags, and 128 keys of two bytes for each table that has one. */
export function isBusyboxKeymap(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 7) !== 'bkeymap') return false
  const tables = bytes.subarray(7, 263).filter((flag) => flag === 1).length
  return bytes.length === 263 + tables * 256
}

async function zonePart(zone: string): Promise<OverlayPart> {
  if (zone === '') return part('time zone', [])
  const file = isZoneName(zone)
    ? await readFile(join('/usr/share/zoneinfo', zone)).catch(() => undefined)
    : undefined
  if (file?.toString('latin1', 0, 4) !== 'TZif') {
    return part('time zone', [], [`time zone: "${zone}" is not known here (package tzdata)`])
  }
  return part(`time zone ${zone}`, [
    cpio.file('etc/localtime', file),
    cpio.file('etc/timezone', `${zone}\n`),
  ])
}
