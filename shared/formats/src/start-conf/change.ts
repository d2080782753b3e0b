import type { SectionName } from './key-names.ts'
import type { Section } from './section.ts'
import { readStartConf, type StartConf } from './start-conf.ts'

/** One difference between two start.conf that a client would notice. */
export interface StartConfChange {
  kind: 'added' | 'removed' | 'moved' | 'changed'
  section: SectionName
  /** The number of the section, from 1; in the older file for one that was removed. */
  number: number
  /** What the section is known by: the device, the name of the system; empty for [LINBO]. */
  name: string
  /** The key as it is written, when one was changed; a key that was added or removed lacks `before` or `after`. */
  key?: string
  before?: string
  after?: string
  /** All this in English. */
  text: string
}

/** What changed from one start.conf to another as a client sees it: comments, order of keys and blanks do not count. */
export function describeStartConfChange(before: string, after: string): StartConfChange[] {
  const [old, now] = [namedSections(readStartConf(before)), namedSections(readStartConf(after))]
  const pairs = pair(old, now)
  const changes: StartConfChange[] = []
  const kept = new Set(pairs.values())
  const [rankBefore, rankNow] = [ranks(old, kept), ranks(now, pairs)]
  for (const one of old) if (!kept.has(one)) changes.push(ofSection('removed', one))
  for (const one of now) {
    const was = pairs.get(one)
    if (!was) changes.push(ofSection('added', one))
    else {
      if (rankBefore.get(was) !== rankNow.get(one)) changes.push(ofSection('moved', one))
      changes.push(...keyChanges(was, one))
    }
  }
  return changes
}

interface Named {
  section: SectionName
  number: number
  name: string
  body: Section
}

function namedSections(conf: Omit<StartConf, 'problems'>): Named[] {
  const partitions = conf.partitions.map(
    (body): Named => ({ section: 'partition', number: body.number, name: body.dev, body }),
  )
  const os = conf.os.map(
    (body): Named => ({ section: 'os', number: body.number, name: body.name, body }),
  )
  const linbo: Named = { section: 'linbo', number: 1, name: '', body: conf.linbo }
  return [...(conf.linbo.heading ? [linbo] : []), ...partitions, ...os]
}

/** Which new section is which old one: those of the same name first, then what is left in the same place. */
function pair(old: readonly Named[], now: readonly Named[]): Map<Named, Named> {
  const pairs = new Map<Named, Named>()
  const free = new Set(old)
  const match = (keyOf: (one: Named) => string) => {
    const byKey = new Map<string, Named[]>()
    for (const one of free) {
      const key = keyOf(one)
      const same = byKey.get(key)
      if (same) same.push(one)
      else byKey.set(key, [one])
    }
    for (const same of byKey.values()) same.reverse()
    for (const one of now) {
      const found = pairs.has(one) ? undefined : byKey.get(keyOf(one))?.pop()
      if (!found) continue
      pairs.set(one, found)
      free.delete(found)
    }
  }
  match((one) => `${one.section} ${one.number} ${one.name}`)
  match((one) => `${one.section} ${one.name}`)
  match((one) => `${one.section} ${one.number}`)
  return pairs
}

/** The places of sections among those of their name that are in both files: a section moved when that differs. */
function ranks(sections: readonly Named[], kept: { has(one: Named): boolean }): Map<Named, number> {
  const counts = { linbo: 0, partition: 0, os: 0 }
  const both = sections.filter((one) => kept.has(one))
  return new Map(both.map((one) => [one, counts[one.section]++]))
}

function keyChanges(was: Named, one: Named): StartConfChange[] {
  const keys = new Set([...was.body.raw.keys(), ...one.body.raw.keys()])
  return [...keys].flatMap((key) => {
    const [before, after] = [was.body.raw.get(key), one.body.raw.get(key)]
    if (before === after) return []
    const line = one.body.keys.get(key) ?? was.body.keys.get(key)
    const written = line?.writtenKey ?? key
    const what =
      before === undefined
        ? `${written} = ${after} added`
        : after === undefined
          ? `${written} removed (was ${before || 'empty'})`
          : `${written}: ${before || 'empty'} → ${after || 'empty'}`
    const change: StartConfChange = {
      ...ofSection('changed', one),
      key: written,
      text: `${titleOf(one)}: ${what}`,
    }
    if (before !== undefined) change.before = before
    if (after !== undefined) change.after = after
    return [change]
  })
}

function ofSection(kind: StartConfChange['kind'], one: Named): StartConfChange {
  const { section, number, name } = one
  const place = kind === 'moved' ? ` to place ${number}` : ''
  return { kind, section, number, name, text: `${titleOf(one)} ${kind}${place}` }
}

function titleOf({ section, number, name }: Named): string {
  if (section === 'linbo') return '[LINBO]'
  const heading = section === 'os' ? '[OS]' : '[Partition]'
  return `${heading} ${number}${name ? ` (${name})` : ''}`
}
