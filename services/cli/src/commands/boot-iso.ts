import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { toLinboError } from '@linbo/runtime'
import { bytes } from '../print.ts'
import { showSteps, tellDownload } from '../steps.ts'
import { command, jsonArg } from './command.ts'

interface MadeIso {
  key: string
  set: string | null
  missing: string[]
  sizeBytes: number
  isNew: boolean
}

export const iso = command({
  name: 'linbo boot iso',
  description:
    'Fetches a CD and USB image that starts LINBO on machines that cannot boot from the network.',
  args: {
    output: {
      type: 'string',
      description: 'File to write (default linbo.iso); - prints it.',
      valueHint: 'FILE',
    },
    group: {
      type: 'string',
      description: 'Group whose KernelOptions it gets.',
      valueHint: 'GROUP',
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const isPrinted = args.output === '-'
    const output = isPrinted ? '-' : resolve(args.output ?? 'linbo.iso')
    const say = isPrinted ? io.err : io.out
    const path = `/boot-files/iso${args.group ? `?group=${encodeURIComponent(args.group)}` : ''}`
    const steps = showSteps(io)
    let made: MadeIso
    try {
      made = await client.follow<MadeIso>('POST', path, { onStep: steps.onStep })
      const body = await client.download(path)
      const tell = tellDownload(steps.onStep, 'fetching the image', made.sizeBytes)
      if (isPrinted) await print(io.output, body, tell)
      else await save(output, body, tell)
    } finally {
      steps.close()
    }
    if (args.json) say(JSON.stringify({ ...made, file: output }, null, 2))
    else {
      say(`${isPrinted ? 'printed' : output}: ${bytes(made.sizeBytes)}`)
      for (const name of made.missing) io.err(`without ${name}, which is not on the server`)
    }
    return undefined
  },
})

/** Writes no faster than somebody reads. */
async function print(
  output: NodeJS.WritableStream,
  body: AsyncIterable<Uint8Array>,
  tell: (count: number) => void,
): Promise<void> {
  for await (const piece of body) {
    await new Promise<void>((resolve, reject) =>
      output.write(piece, (error) => (error ? reject(error) : resolve())),
    )
    tell(piece.length)
  }
}

/** Writes a file under its name only when it is whole. */
async function save(
  output: string,
  body: AsyncIterable<Uint8Array>,
  tell: (count: number) => void,
): Promise<void> {
  const name = `.${basename(output)}.${randomBytes(4).toString('hex')}`
  const temporary = join(dirname(output), name)
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const piece of body) {
        await file.writeFile(piece)
        tell(piece.length)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, output)
  } catch (error) {
    throw toLinboError(
      error,
      'ISO_NOT_SAVED',
      `cannot write ${output}`,
      'Name another file with --output, or run the command again.',
    )
  } finally {
    await rm(temporary, { force: true })
  }
}
