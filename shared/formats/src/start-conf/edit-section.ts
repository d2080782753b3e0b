import { checkKey } from './edit-key.ts'
import { type SectionName, spelled } from './key-names.ts'
import { readLines } from './line.ts'
import { assignment, StartConfError } from './line-edit.ts'
import { sectionName } from './section.ts'

/** A section with the comment right above it, and the blank lines that part it from the next. */
interface Block {
  /** Undefined for a section no client reads. */
  name: SectionName | undefined
  rows: string[]
  gap: string[]
}

interface Blocks {
  /** What stands above the first section. */
  head: string[]
  blocks: Block[]
}

/**
 * Adds a section, the keys in the order given, and leaves every other byte as it is.
 * @param index its place among those of its name, from 0; the last when left out.
 * @throws StartConfError when the client could not take a key or a value, or there is no such place.
 */
export function addSection(
  text: string,
  name: SectionName,
  keys: Record<string, string>,
  index?: number,
): string {
  const { head, blocks } = readBlocks(text)
  const places = placesOf(blocks, name)
  const lineEnd = head.concat(blocks[0]?.rows ?? []).some((row) => row.endsWith('\r')) ? '\r' : ''
  const rows = [
    headings[name],
    ...Object.entries(keys).map(([key, value]) => written(name, key, value)),
  ]
  const block: Block = { name, rows: rows.map((row) => row + lineEnd), gap: [lineEnd] }
  if (index !== undefined && (index < 0 || index > places.length))
    throw new StartConfError(`there is no place ${index + 1} for [${name}]`)
  const at = places[index ?? places.length] ?? behind(blocks, name)
  const before = blocks[at - 1]
  if (at === blocks.length) {
    block.gap = ['']
    if (before) before.gap = [lineEnd]
    else if (head.at(-1) === '') head.pop()
  }
  return printBlocks({ head, blocks: blocks.toSpliced(at, 0, block) })
}

/**
 * Removes a section with its keys and the comment right above it.
 * @throws StartConfError when there is none of this number, from 0.
 */
export function removeSection(text: string, name: SectionName, index: number): string {
  const { head, blocks } = readBlocks(text)
  const at = place(blocks, name, index)
  const before = blocks[at - 1]
  if (at === blocks.length - 1) {
    if (before) before.gap = blocks[at]?.gap ?? []
    else if (head.length === 0) head.push('')
  }
  return printBlocks({ head, blocks: blocks.toSpliced(at, 1) })
}

/**
 * Moves a section to the place of another one of its name; blank lines between sections stay where they are. Mind that operations name systems
 * and partitions by their place.
 * @throws StartConfError when there is none of these numbers, from 0.
 */
export function moveSection(text: string, name: SectionName, from: number, to: number): string {
  const { head, blocks } = readBlocks(text)
  const places = placesOf(blocks, name)
  const source = place(blocks, name, from)
  place(blocks, name, to)
  const order = places.filter((at) => at !== source).toSpliced(to, 0, source)
  const moved = blocks.map((block) => ({ ...block }))
  for (const [index, at] of places.entries()) {
    const target = moved[at]
    const origin = blocks[order[index] ?? at]
    if (target && origin) target.rows = origin.rows
  }
  return printBlocks({ head, blocks: moved })
}

const headings: Record<SectionName, string> = {
  linbo: '[LINBO]',
  partition: '[Partition]',
  os: '[OS]',
}

function written(name: SectionName, key: string, value: string): string {
  checkKey(key, value)
  return assignment(spelled(name, key) ?? key, value.trim())
}

function readBlocks(text: string): Blocks {
  const rows = text.split('\n')
  const lines = readLines(text)
  const starts = lines.filter((line) => line.kind === 'section').map((line) => line.number - 1)
  /** A comment goes with the heading right below it. */
  const firsts = starts.map((start) => {
    let first = start
    while (lines[first - 1]?.kind === 'comment') first--
    return first
  })
  const blocks = firsts.map((first, index): Block => {
    const all = rows.slice(first, firsts[index + 1])
    let end = all.length
    while (end > 0 && (all[end - 1] ?? '').trim() === '') end--
    const heading = lines[starts[index] ?? 0]
    const name = heading?.kind === 'section' ? sectionName(heading.name) : undefined
    return { name, rows: all.slice(0, end), gap: all.slice(end) }
  })
  return { head: rows.slice(0, firsts[0] ?? rows.length), blocks }
}

function printBlocks({ head, blocks }: Blocks): string {
  return [...head, ...blocks.flatMap((block) => [...block.rows, ...block.gap])].join('\n')
}

function placesOf(blocks: readonly Block[], name: SectionName): number[] {
  return blocks.flatMap((block, index) => (block.name === name ? [index] : []))
}

function place(blocks: readonly Block[], name: SectionName, index: number): number {
  const found = placesOf(blocks, name)[index]
  if (found === undefined) throw new StartConfError(`there is no [${name}] number ${index + 1}`)
  return found
}

/** Behind the last section of this name; else where such a section usually begins. */
function behind(blocks: readonly Block[], name: SectionName): number {
  const last = placesOf(blocks, name).at(-1)
  if (last !== undefined) return last + 1
  if (name === 'linbo') return 0
  if (name === 'os') return blocks.length
  const firstOs = blocks.findIndex((block) => block.name === 'os')
  return firstOs < 0 ? blocks.length : firstOs
}
