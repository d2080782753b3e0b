import type { LoadedSettings, Schema } from './env.ts'

export interface SettingRow {
  name: string
  value: string
  origin: string
  sentence: string
}

/** The effective settings with their origin; secrets are hidden. */
export function describe<S extends Schema>(schema: S, loaded: LoadedSettings<S>): SettingRow[] {
  return Object.entries(schema).map(([name, one]) => {
    const value = (loaded.values as Record<string, unknown>)[name]
    return {
      name,
      value: one.secret && value !== undefined ? '(hidden)' : show(value),
      origin: loaded.origins[name as keyof S & string],
      sentence: one.sentence,
    }
  })
}

/** The settings table of a README, generated from the schema. */
export function settingsTable(schema: Schema): string {
  const rows = Object.entries(schema).map(([name, one]) => {
    const fallback = typeof one.fallback === 'function' ? '(derived)' : show(one.fallback)
    return `| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${one.sentence} |`
  })
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function show(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(',') : String(value)
}
