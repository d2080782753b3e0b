import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

function messages(locale: string): Map<string, string> {
  const folder = join(root, 'messages', locale)
  const all = readdirSync(folder).flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>),
  )
  return new Map(
    all.filter(([key]) => key !== '$schema').map(([key, value]) => [key, JSON.stringify(value)]),
  )
}

function used(): Set<string> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /\.(svelte|ts)$/.test(file) && !file.includes('paraglide'))
  const text = sources.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n')
  return new Set([...text.matchAll(/\bm\.([a-z0-9_]+)/g)].map((match) => match[1] as string))
}

const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('texts', () => {
  const en = messages('en')
  const de = messages('de')

  it('exist in English and German with the same blanks', () => {
    expect([...de.keys()].sort()).toEqual([...en.keys()].sort())
    for (const [key, text] of en)
      expect([key, blanks(de.get(key) ?? '')]).toEqual([key, blanks(text)])
  })

  it('are all there and all used', () => {
    expect([...used()].sort()).toEqual([...en.keys()].sort())
  })
})
