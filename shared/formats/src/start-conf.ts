import { parsePartitionSize } from './partition-size.ts'
import { checkStartConf } from './start-conf-check.ts'
import type { SectionName } from './start-conf-keys.ts'
import { type Line, readLines } from './start-conf-lines.ts'

export interface Problem {
  /** From 1. */
  line: number
  /** An error makes the file unusable or dangerous for a client; a warning is worth a look. */
  severity: 'error' | 'warning'
  message: string
  /** What to do about it, as an instruction. */
  fix: string
}

export interface Section {
  /** The line of its heading, from 1; 0 when the file has no such section. */
  line: number
  /** Every key of the section in lower case, with the value the client would see. */
  raw: ReadonlyMap<string, string>
  /** The line of each of these keys, from 1. */
  lines: ReadonlyMap<string, number>
}

export interface LinboSection extends Section {
  group: string
  /** Block device of the local cache, or empty: then machines always boot from the network. */
  cache: string
  rootTimeoutSeconds: number
  autoPartition: boolean
  autoFormat: boolean
  autoInitCache: boolean
  downloadType: 'rsync' | 'multicast' | 'torrent'
  guiDisabled: boolean
  locale: string
  kernelOptions: string
  theme: string
}

export interface PartitionSection extends Section {
  /** From 1, the number of `format:<n>`. */
  number: number
  dev: string
  label: string
  /** What the client will make of `Size`; null is the rest of the disk. */
  sizeBytes: number | null
  id: string
  fsType: string
  bootable: boolean
}

export interface OsSection extends Section {
  /** From 1, the number of `sync:<n>` and `start:<n>`. */
  number: number
  name: string
  description: string
  iconName: string
  baseImage: string
  root: string
  kernel: string
  initrd: string
  append: string
  /** In LINBO's shell a missing flag keeps the value of the [OS] before; these say what it ends up with. */
  startEnabled: boolean
  syncEnabled: boolean
  newEnabled: boolean
  autostart: boolean
  autostartTimeoutSeconds: number
  defaultAction: string
}

export interface StartConf {
  /** The text as it was read, byte for byte. */
  text: string
  linbo: LinboSection
  partitions: PartitionSection[]
  os: OsSection[]
  problems: Problem[]
}

export interface OpenSection {
  name: SectionName | undefined
  line: number
  keys: Extract<Line, { kind: 'key' }>[]
}

/** The sections of a start.conf in file order; `name` is undefined for one no client reads. */
export function readSections(lines: Line[]): OpenSection[] {
  const sections: OpenSection[] = []
  for (const line of lines) {
    if (line.kind === 'section')
      sections.push({ name: sectionName(line.name), line: line.number, keys: [] })
    else if (line.kind === 'key') sections.at(-1)?.keys.push(line)
  }
  return sections
}

function sectionName(name: string): SectionName | undefined {
  return name === 'linbo' || name === 'partition' || name === 'os' ? name : undefined
}

/**
 * Reads a start.conf as the client's shell would and says what is wrong with it. Never throws.
 * @param options.group the group the file is for, to compare with its `Group`.
 */
export function parseStartConf(text: string, options: { group?: string } = {}): StartConf {
  const lines = readLines(text)
  const sections = readSections(lines)
  const conf: StartConf = {
    text,
    linbo: readLinbo(sections.filter((section) => section.name === 'linbo')),
    partitions: sections
      .filter((section) => section.name === 'partition')
      .map((section, index) => readPartition(section, index + 1)),
    os: [],
    problems: [],
  }
  for (const section of sections)
    if (section.name === 'os') conf.os.push(readOs(section, conf.os.at(-1), conf.os.length + 1))
  conf.problems = checkStartConf(conf, lines, sections, options.group)
  return conf
}

/** The `KernelOptions` of a start.conf, empty when it has none. */
export function findKernelOptions(text: string): string {
  return parseStartConf(text).linbo.kernelOptions
}

/** The operating system of `sync:<number>`, counted from 1. */
export function osByNumber(conf: StartConf, number: number): OsSection | undefined {
  return conf.os[number - 1]
}

function keysOf(sections: OpenSection[]): Section {
  const keys = sections.flatMap((section) => section.keys)
  return {
    line: sections[0]?.line ?? 0,
    raw: new Map(keys.map((key) => [key.key, key.value])),
    lines: new Map(keys.map((key) => [key.key, key.number])),
  }
}

function readLinbo(sections: OpenSection[]): LinboSection {
  const section = keysOf(sections)
  const value = (key: string) => section.raw.get(key) ?? ''
  const type = value('downloadtype')
  return {
    ...section,
    group: value('group'),
    cache: value('cache'),
    rootTimeoutSeconds: toSeconds(value('roottimeout')),
    autoPartition: value('autopartition') === 'yes',
    autoFormat: value('autoformat') === 'yes',
    autoInitCache: value('autoinitcache') === 'yes',
    downloadType: type === 'torrent' || type === 'multicast' ? type : 'rsync',
    guiDisabled: value('guidisabled') === 'yes',
    locale: value('locale'),
    kernelOptions: value('kerneloptions'),
    theme: value('theme'),
  }
}

function readPartition(open: OpenSection, number: number): PartitionSection {
  const section = keysOf([open])
  const value = (key: string) => section.raw.get(key) ?? ''
  return {
    number,
    ...section,
    dev: value('dev'),
    label: value('label'),
    sizeBytes: parsePartitionSize(value('size')).sizeBytes,
    id: value('id'),
    fsType: value('fstype'),
    bootable: value('bootable') === 'yes',
  }
}

function readOs(open: OpenSection, before: OsSection | undefined, number: number): OsSection {
  const section = keysOf([open])
  const value = (key: string) => section.raw.get(key) ?? ''
  const flag = (key: string, inherited: boolean | undefined) =>
    section.raw.has(key) ? value(key) === 'yes' : (inherited ?? true)
  return {
    number,
    ...section,
    name: value('name'),
    description: value('description'),
    iconName: value('iconname'),
    baseImage: value('baseimage'),
    root: value('root'),
    kernel: value('kernel'),
    initrd: value('initrd'),
    append: value('append'),
    startEnabled: flag('startenabled', before?.startEnabled),
    syncEnabled: flag('syncenabled', before?.syncEnabled),
    newEnabled: flag('newenabled', before?.newEnabled),
    autostart: value('autostart') === 'yes',
    autostartTimeoutSeconds: toSeconds(value('autostarttimeout')),
    defaultAction: value('defaultaction'),
  }
}

function toSeconds(value: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : 0
}
