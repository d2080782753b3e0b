import { readFile, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  type DecodedText,
  decodeText,
  encodeText,
  fixAll,
  type Problem,
  parseStartConf,
  type StartConfOptions,
  whyNotGroup,
} from '@linbo/formats'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { usageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { oneLine, state } from '../print.ts'
import { several } from '../usage.ts'
import { command, jsonArg } from './command.ts'
import { imageSizes } from './image-sizes.ts'

export const check = command({
  name: 'linbo group check',
  description: 'Checks start.conf files as a LINBO client would read them. Needs no server.',
  args: {
    file: {
      type: 'positional',
      required: true,
      valueHint: several,
      description: 'start.conf files; - is what comes in.',
    },
    group: { type: 'string', description: 'Group of the file, else what start.conf.<group> says.' },
    'disk-size': { type: 'string', description: "Size of the machines' disk, such as 256GB." },
    images: {
      type: 'string',
      description: 'Folder of images, to see whether the cache holds them.',
    },
    firmware: { type: 'string', description: 'How the machines start: bios or uefi.' },
    fix: { type: 'boolean', description: 'Mend what can be mended without asking.' },
    ...jsonArg,
  },
  async run(args, { io }) {
    if (args.fix && args.json && args._.includes('-'))
      throw usageError('--fix prints what came in', 'Leave out --json.')
    const facts = factsOf(args['disk-size'], args.firmware)
    if (args.images !== undefined) facts.imageBytes = await imageSizes(args.images)
    const results: CheckedFile[] = []
    for (const file of new Set(args._)) {
      const group = args.group ?? groupOf(file)
      const options = group === undefined ? facts : { ...facts, group }
      results.push(await checkFile(file, options, args.fix ?? false, io))
    }
    if (args.json) io.out(JSON.stringify(results.flatMap(asJson), null, 2))
    else for (const result of results) print(result, io)
    const isBroken = results.some(({ problems }) =>
      problems.some((one) => one.severity === 'error'),
    )
    return isBroken ? 1 : 0
  },
})

interface CheckedFile {
  file: string
  fixed: Problem[]
  problems: Problem[]
  /** What comes in goes out again when it is mended, so that messages must go elsewhere. */
  isPiped: boolean
}

async function checkFile(
  file: string,
  options: StartConfOptions,
  isFixed: boolean,
  io: Io,
): Promise<CheckedFile> {
  const isPiped = file === '-'
  const decoded = decodeText(await (isPiped ? buffer(io.input) : readBytes(file)))
  if (!isFixed) {
    const { problems } = parseStartConf(decoded.text, options)
    return { file, fixed: [], problems, isPiped: false }
  }
  const { text, fixed } = fixAll(decoded.text, options)
  if (isPiped) io.write(encodeText({ ...decoded, text }))
  else if (text !== decoded.text) await write(file, { ...decoded, text })
  return { file, fixed, problems: parseStartConf(text, options).problems, isPiped }
}

function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause) => {
    throw new LinboError('FILE_UNREADABLE', `cannot read ${file}`, {
      fix: 'Check the name.',
      cause,
    })
  })
}

/** Keeps mode, owner, encoding, and a link as the link it is. */
async function write(file: string, decoded: DecodedText): Promise<void> {
  try {
    const path = await realpath(file)
    const { mode, uid, gid } = await stat(path)
    await writeAtomic(path, encodeText(decoded), { mode: mode & 0o777, owner: { uid, gid } })
  } catch (cause) {
    throw new LinboError('FILE_UNWRITABLE', `cannot write ${file}`, {
      fix: 'Run the command as the owner of the file.',
      cause,
    })
  }
}

function print({ file, fixed, problems, isPiped }: CheckedFile, io: Io): void {
  const out = isPiped ? io.err : io.out
  const line = (one: Problem, word: string, rest: string) =>
    out(`${file}:${one.line}:${one.column}: ${word}: ${oneLine(one.message)} [${one.code}]${rest}`)
  for (const one of fixed) line(one, state('fixed'), '')
  for (const one of problems) line(one, state(one.severity), ` → ${oneLine(one.fix)}`)
  if (fixed.length + problems.length === 0) out(`${file}: nothing to complain about`)
}

function asJson({ file, fixed, problems }: CheckedFile) {
  return [
    ...fixed.map((one) => ({ file, isFixed: true, ...one })),
    ...problems.map((one) => ({ file, isFixed: false, ...one })),
  ]
}

function groupOf(file: string): string | undefined {
  const group = /^start\.conf\.(.+)$/.exec(basename(file))?.[1]
  return group !== undefined && whyNotGroup(group) === undefined ? group : undefined
}

function factsOf(diskSize: string | undefined, firmware: string | undefined): StartConfOptions {
  const facts: StartConfOptions = {}
  if (diskSize !== undefined) facts.diskBytes = parseDiskSize(diskSize)
  if (firmware === 'bios' || firmware === 'uefi') facts.firmware = firmware
  else if (firmware !== undefined) throw usageError(`--firmware ${firmware}`, 'Write bios or uefi.')
  return facts
}

/** `256GB` as disks are sold, in powers of 1000; `256G` and `256GiB` in powers of 1024. */
function parseDiskSize(text: string): number {
  const found = /^(\d{1,6})([MGT])(B|iB)?$/.exec(text)
  if (!found) throw usageError(`--disk-size ${text}`, 'Write a size such as 256GB or 238GiB.')
  const power = { M: 2, G: 3, T: 4 }[found[2] as 'M' | 'G' | 'T']
  return Number(found[1]) * (found[3] === 'B' ? 1000 : 1024) ** power
}
