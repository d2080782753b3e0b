import { pause } from '@linbo/runtime'
import { usageError } from '../exit-code.ts'
import { bytes, oneLine, table, time } from '../print.ts'
import { command, jsonArg } from './command.ts'

interface LogFile {
  name: string
  sizeBytes: number
  changedAt: string
}
interface LogText {
  total: number
  lines: { number: number; text: string; time: string | null }[]
}
interface Search {
  hits: { host: string; file: string; line: number; text: string }[]
  files: number
  searched: number
  isComplete: boolean
}

const lookMs = 2000

export const log = command({
  name: 'linbo host log',
  description: 'Prints what a host has logged; without a host name, looks for a text in all logs.',
  args: {
    hostname: { type: 'positional', required: false, description: 'Host name.' },
    file: { type: 'string', default: 'linbo.log', description: 'Which file.' },
    files: { type: 'boolean', description: 'List the files there are.' },
    search: { type: 'string', description: 'Only lines with this text.' },
    tail: { type: 'string', description: 'Only the last so many lines.' },
    follow: { type: 'boolean', description: 'Go on with what comes.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    if (args.tail !== undefined && !/^[1-9]\d{0,4}$/.test(args.tail))
      throw usageError(`--tail ${args.tail} is no number of lines`, 'Use 1 to 20000.')
    if (!args.hostname) {
      if (!args.search) throw usageError('name a host, or give --search', 'See --help.')
      const found = await client.request<Search>(
        'GET',
        `/logs?search=${encodeURIComponent(args.search)}`,
      )
      if (args.json) io.out(JSON.stringify(found, null, 2))
      else {
        for (const hit of found.hits)
          io.out(`${hit.host}:${hit.file}:${hit.line}: ${oneLine(hit.text)}`)
        if (!found.isComplete)
          io.err(`not all was looked through: ${found.searched} of ${found.files} files`)
      }
      return found.hits.length === 0 ? 1 : 0
    }
    const path = `/hosts/${encodeURIComponent(args.hostname)}/logs`
    if (args.files) {
      const files = await client.all<LogFile>(path)
      const rows = files.map((one) => [one.name, bytes(one.sizeBytes), time(one.changedAt)])
      io.out(args.json ? JSON.stringify(files, null, 2) : table(['FILE', 'SIZE', 'CHANGED'], rows))
      return undefined
    }
    const read = (more: Record<string, string>) => {
      const query = new URLSearchParams({
        ...more,
        ...(args.search ? { search: args.search } : {}),
      })
      return client.request<LogText>('GET', `${path}/${encodeURIComponent(args.file)}?${query}`)
    }
    let text = await read({ tail: args.tail ?? '1000' })
    if (args.json) io.out(JSON.stringify(text, null, 2))
    else for (const line of text.lines) io.out(oneLine(line.text))
    while (args.follow && !io.signal.aborted) {
      await pause(lookMs, io.signal)
      const { total } = text
      text = await read({ tail: '20000', after: String(total) })
      // A shorter one has taken its place: it begins anew.
      if (text.total < total) text = await read({ tail: '20000' })
      for (const line of text.lines) io.out(oneLine(line.text))
    }
    return undefined
  },
})
