import { parsePartitionSize } from '../partition-size.ts'
import type { DiskFacts } from './checked.ts'
import { withGoodFixes } from './good-fix.ts'
import { type Line, printLines, readLines } from './line.ts'
import type { LineEdit } from './line-edit.ts'
import { findProblems } from './rule-list.ts'
import { joinSections, type OpenSection, readSections, type Section } from './section.ts'

/** `error`: unusable or dangerous for a client. `warning`: something is not as it reads. `info`: it could be better. */
export type Severity = 'error' | 'warning' | 'info'

export interface Problem {
  /** Stable, such as `indented-line`; one of `startConfRules`. */
  code: string
  severity: Severity
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units. */
  column: number
  endLine: number
  /** The column behind the last character. */
  endColumn: number
  message: string
  /** What really happens on the client. */
  explanation: string
  /** What to do about it, as an instruction. */
  fix: string
  /** Does what `fix` says; empty when that cannot be computed. */
  edits: LineEdit[]
  /** True when `edits` do what the file evidently means, so that nobody needs to be asked. */
  isSafe: boolean
  /** What was put into `message` and `fix`, for those who translate by `code`. */
  values: Record<string, string | number>
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
  lines: Line[]
  linbo: LinboSection
  partitions: PartitionSection[]
  os: OsSection[]
  problems: Problem[]
}

export interface StartConfOptions extends DiskFacts {
  /** The group the file is for, to compare with its `Group`. */
  group?: string
}

/** Reads a start.conf as the client's shell would and says what is wrong with it. Never throws. */
export function parseStartConf(text: string, options: StartConfOptions = {}): StartConf {
  const conf = readAndCheck(text, options)
  const problems = withGoodFixes(conf, (changed) => readAndCheck(changed, options).problems)
  return { ...conf, problems }
}

/** A start.conf as the client's shell reads it, without looking for problems. */
export function readStartConf(text: string): Omit<StartConf, 'problems'> {
  return readOpen(readLines(text), text)
}

function readAndCheck(text: string, options: StartConfOptions): StartConf {
  const lines = readLines(text)
  const open = readSections(lines)
  const conf: StartConf = { ...readOpen(lines, text, open), problems: [] }
  conf.problems = findProblems(conf, open.sections, open.stray, options)
  return conf
}

function readOpen(
  lines: Line[],
  text: string,
  { sections } = readSections(lines),
): Omit<StartConf, 'problems'> {
  const named = (name: string) => sections.filter((section) => section.name === name)
  const os: OsSection[] = []
  for (const section of named('os')) os.push(readOs(section, os.at(-1), os.length + 1))
  return {
    text,
    lines,
    linbo: readLinbo(named('linbo')),
    partitions: named('partition').map((section, index) => readPartition(section, index + 1)),
    os,
  }
}

/** The text a start.conf was read from, byte for byte, whatever is wrong with it. */
export function printStartConf(conf: Pick<StartConf, 'lines'>): string {
  return printLines(conf.lines)
}

/** The `KernelOptions` of a start.conf, empty when it has none. */
export function findKernelOptions(text: string): string {
  return readStartConf(text).linbo.kernelOptions
}

/** The operating system of `sync:<number>`, counted from 1. */
export function osByNumber(conf: StartConf, number: number): OsSection | undefined {
  return conf.os[number - 1]
}

function readLinbo(sections: OpenSection[]): LinboSection {
  const section = joinSections(sections)
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
  const section = joinSections([open])
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
  const section = joinSections([open])
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
