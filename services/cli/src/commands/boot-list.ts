import { ExitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { bytes, state, table, time } from '../print.ts'
import type { BootFile, BootPackage, BootSet } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const list = command({
  name: 'linbo boot list',
  description:
    'Lists imported packages, boot sets and the files machines boot from, and how to get what is missing.',
  args: jsonArg,
  async run(args, { io, client }) {
    const [packages, sets, files] = await Promise.all([
      client.all<BootPackage>('/boot-packages'),
      client.all<BootSet>('/boot-sets'),
      client.all<BootFile>('/boot-files'),
    ])
    if (args.json) io.out(JSON.stringify({ packages, sets, files }, null, 2))
    else {
      printPackages(packages, io)
      printSets(sets, io)
      printFiles(files, io)
    }
    const isComplete = files.every((file) => file.present || !file.required)
    return isComplete ? ExitCode.good : ExitCode.failed
  },
})

function printPackages(packages: BootPackage[], io: Io): void {
  if (packages.length === 0) return
  const rows = packages.map((one) => [
    one.name,
    one.version,
    one.kernelVersion,
    bytes(one.sizeBytes),
    time(one.importedAt),
    checked(one.verification),
    one.isActive ? state('active') : '',
  ])
  const headings = ['PACKAGE', 'VERSION', 'KERNEL', 'SIZE', 'IMPORTED', 'CHECKED', 'STATE']
  io.out(`${table(headings, rows, io.columns)}\n`)
}

function checked({ md5sums, sha256, signature }: BootPackage['verification']): string {
  const what = [
    ...(md5sums === 'checked' ? ['md5sums'] : []),
    ...(sha256 === 'matched' ? ['sha256'] : []),
    ...(signature.status === 'good' ? ['signature'] : []),
  ]
  return what.join(', ')
}

function printSets(sets: BootSet[], io: Io): void {
  if (sets.length === 0) return
  const rows = sets.map((one) => [
    one.id,
    one.version,
    bytes(one.sizeBytes),
    time(one.madeAt),
    one.by,
    one.problem ? state('failed') : one.isCurrent ? state('active') : one.isInUse ? 'in use' : '',
  ])
  const headings = ['BOOT SET', 'VERSION', 'SIZE', 'MADE', 'BY', 'STATE']
  io.out(`${table(headings, rows, io.columns)}\n`)
}

function printFiles(files: BootFile[], io: Io): void {
  const rows = files.map((file) => [
    file.path,
    state(file.present ? 'present' : file.required ? 'missing' : 'absent'),
    bytes(file.sizeBytes),
    time(file.modifiedAt),
  ])
  io.out(table(['FILE', 'STATE', 'SIZE', 'CHANGED'], rows, io.columns))
  for (const file of files) if (file.fix) io.out(`${file.path}\n  → ${file.fix}`)
}
