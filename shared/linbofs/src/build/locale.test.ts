import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isBusyboxKeymap, localeParts } from './locale.ts'
import { assigned, isKeymapName, isZoneName, parseLocale } from './locale-names.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-locale-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const parts = async (lang: string, keymap: string, zone: string) => {
  const made = await localeParts({ lang, keymap, zone }, dir, join(dir, 'cache'))
  const entries = new Map(made.flatMap((one) => one.entries).map((entry) => [entry.path, entry]))
  return { entries, warnings: made.flatMap((one) => one.warnings) }
}

describe('language, keyboard and zone', () => {
  it('are compiled for clients', async () => {
    const { entries, warnings } = await parts('de_DE.UTF-8', 'de', 'Europe/Berlin')
    expect(warnings).toEqual([])
    expect(String(entries.get('etc/default/locale')?.data)).toBe('LANG=de_DE.UTF-8\n')
    expect(entries.has('usr/lib/locale/de_DE.utf8/LC_CTYPE')).toBe(true)
    expect(entries.has('usr/lib/locale/de_DE.utf8/LC_MESSAGES/SYS_LC_MESSAGES')).toBe(true)
    expect(String(entries.get('etc/vconsole.conf')?.data)).toBe('KEYMAP=de\n')
    expect(isBusyboxKeymap(Buffer.from(entries.get('etc/console.kmap')?.data ?? ''))).toBe(true)
    expect(String(entries.get('etc/timezone')?.data)).toBe('Europe/Berlin\n')
    const again = await parts('de_DE.UTF-8', 'de', 'Europe/Berlin')
    expect(again.entries).toEqual(entries)
  })

  it('that do not exist are told with what to do', async () => {
    const { entries, warnings } = await parts('xx_XX.UTF-8', 'nosuch', 'Moon/Base')
    expect(warnings).toEqual([
      expect.stringContaining('apt-get install locales'),
      expect.stringContaining('console.kmap'),
      expect.stringContaining('"Moon/Base" is not known'),
    ])
    expect(entries.has('etc/localtime')).toBe(false)
    const bad = await parts('$(reboot)', '--help', '../../etc/shadow')
    expect(bad.warnings).toHaveLength(3)
    expect(bad.entries.size).toBe(0)
  })

  it('may come as a keymap file, which is looked at', async () => {
    const file = join(dir, 'console.kmap')
    await writeFile(file, 'keycode 1 = Escape')
    expect((await parts('C', '', 'UTC')).warnings).toEqual([expect.stringContaining('bkeymap')])
    const flags = Buffer.alloc(256)
    flags[0] = 1
    await writeFile(file, Buffer.concat([Buffer.from('bkeymap'), flags, Buffer.alloc(256)]))
    const { entries, warnings } = await parts('C', 'de', 'UTC')
    expect(warnings).toEqual([])
    expect(entries.get('etc/console.kmap')?.data?.length).toBe(519)
  })
})

describe('names', () => {
  it.each([
    ['de_DE.UTF-8', 'de_DE.utf8'],
    ['ca_ES.UTF-8@valencia', 'ca_ES.utf8@valencia'],
    ['en_US', 'en_US.iso88591'],
  ])('of the locale %s', (lang, folder) => expect(parseLocale(lang)?.folder).toBe(folder))

  it.each(['C', 'POSIX', 'C.UTF-8', '', 'de', '../x', 'de_DE.UTF-8/..'])('no locale: %j', (lang) =>
    expect(parseLocale(lang)).toBeUndefined(),
  )

  it('of keymaps and zones are no paths and no options', () => {
    expect(['de', 'de-latin1', 'us+dvorak'].every(isKeymapName)).toBe(true)
    expect(['', '-h', '../x', 'a b', 'x;y'].some(isKeymapName)).toBe(false)
    expect(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'].every(isZoneName)).toBe(true)
    expect(['', '/etc/shadow', '../x', 'a/../b', 'a//b'].some(isZoneName)).toBe(false)
  })

  it('stand behind their setting', () => {
    expect(assigned('# x\nLANG="de_DE.UTF-8"\n', 'LANG')).toBe('de_DE.UTF-8')
    expect(assigned("KEYMAP='de'", 'KEYMAP')).toBe('de')
    expect(assigned('XLANG=x\nLANG=', 'LANG')).toBeUndefined()
  })
})
