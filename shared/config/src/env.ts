import { LinboError } from '@linbo/runtime'

/** One setting: its type is what `parse` returns, its sentence is what people read. */
export interface Setting<T> {
  parse(text: string): T
  /** Used when the variable is not set. A function gets the settings that come before it. */
  fallback: T | ((earlier: Record<string, unknown>) => T)
  sentence: string
  secret?: boolean
}

export type Schema = Record<string, Setting<unknown>>
export type Settings<S extends Schema> = {
  [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}
export interface LoadedSettings<S extends Schema> {
  values: Settings<S>
  /** Where each value came from. */
  origins: Record<keyof S & string, 'environment' | '.env' | 'default'>
}

type Fallback<T> = Setting<T>['fallback']

function make<T>(parse: (text: string) => T) {
  return (fallback: Fallback<T>, sentence: string): Setting<T> => ({ parse, fallback, sentence })
}

function whole(text: string, low: number, high: number, what: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new Error(`is not ${what} between ${low} and ${high}`)
  }
  return value
}

/** Builders for settings. */
export const setting = {
  text: make((text) => text),
  /** A text that may be absent: `undefined` when empty. */
  optional: make<string | undefined>((text) => text || undefined),
  secret: (sentence: string): Setting<string | undefined> => ({
    parse: (text) => text || undefined,
    fallback: undefined,
    sentence,
    secret: true,
  }),
  port: make((text) => whole(text, 0, 65535, 'a port')),
  count: (low: number, high: number) => make((text) => whole(text, low, high, 'a number')),
  flag: make((text) => {
    if (/^(1|true|yes|on)$/i.test(text)) return true
    if (/^(0|false|no|off)$/i.test(text)) return false
    throw new Error('is neither yes nor no')
  }),
  list: make((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ),
  address: make((text) => {
    const parts = text.split('.')
    if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) {
      throw new Error('is not an IPv4 address')
    }
    return text
  }),
  oneOf: <const T extends string>(...choices: T[]) =>
    make<T>((text) => {
      const found = choices.find((choice) => choice === text)
      if (!found) throw new Error(`is none of ${choices.join(', ')}`)
      return found
    }),
}

/**
 * Reads every setting of a schema, environment first, then the `.env` file's values, then the default.
 * @throws LinboError `CONFIG_INVALID` that lists all problems at once.
 */
export function load<S extends Schema>(
  schema: S,
  environment: Record<string, string | undefined>,
  file: Record<string, string | undefined> = {},
): LoadedSettings<S> {
  const values: Record<string, unknown> = {}
  const origins: Record<string, 'environment' | '.env' | 'default'> = {}
  const problems: string[] = []
  for (const [name, one] of Object.entries(schema)) {
    const origin = environment[name] ? 'environment' : file[name] ? '.env' : 'default'
    const text = environment[name] || file[name]
    origins[name] = origin
    try {
      if (text !== undefined && text !== '') values[name] = one.parse(text.trim())
      else {
        values[name] =
          typeof one.fallback === 'function'
            ? (one.fallback as (earlier: Record<string, unknown>) => unknown)(values)
            : one.fallback
      }
    } catch (error) {
      const shown = one.secret ? 'the value' : `"${text}"`
      problems.push(`${name}: ${shown} ${(error as Error).message} (${one.sentence})`)
    }
  }
  if (problems.length > 0) {
    throw new LinboError('CONFIG_INVALID', `settings are wrong:\n  ${problems.join('\n  ')}`, {
      fix: 'Correct these settings; `linbo config` prints what is in force.',
    })
  }
  return { values: values as Settings<S>, origins: origins as LoadedSettings<S>['origins'] }
}
