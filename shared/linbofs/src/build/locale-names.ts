/** A locale such as `de_DE.UTF-8`. */
export interface LocaleName {
  /** What it is called in `LANG`. */
  lang: string
  /** Name of its definition: `de_DE`, `ca_ES@valencia`. */
  definition: string
  charset: string
  /** Name of its folder below `usr/lib/locale`. */
  folder: string
}

/** Undefined for the locales every program knows (`C`, `POSIX`), and for what is no locale. */
export function parseLocale(lang: string): LocaleName | undefined {
  const found = /^([a-z]{2,3}_[A-Z]{2})(?:\.([A-Za-z0-9-]{1,20}))?(@[a-z]{1,20})?$/.exec(lang)
  if (!found) return undefined
  const [, language = '', charset = 'ISO-8859-1', modifier = ''] = found
  const short = charset.toLowerCase().replaceAll('-', '')
  return {
    lang,
    charset,
    definition: language + modifier,
    folder: `${language}.${short}${modifier}`,
  }
}

/** The value of a `NAME=value` line of a file such as `/etc/default/locale`. */
export function assigned(text: string, name: string): string | undefined {
  const line = text.split(/\r?\n/).find((one) => one.trimStart().startsWith(`${name}=`))
  const value = line?.slice(line.indexOf('=') + 1).trim()
  return value?.replace(/^(["'])(.*)\1$/, '$2') || undefined
}

/** True for a plain keymap name as `loadkeys` takes it: never a path, never an option. */
export const isKeymapName = (name: string) => /^[A-Za-z0-9][A-Za-z0-9_+-]{0,60}$/.test(name)

/** True for the name of a time zone, which is a path below zoneinfo. */
export const isZoneName = (name: string) =>
  /^[A-Za-z0-9][A-Za-z0-9_+-]*(\/[A-Za-z0-9][A-Za-z0-9_+-]*){0,2}$/.test(name)
