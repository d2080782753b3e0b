import { LinboError } from '@linbo/runtime'
import { type Client, createClient } from '../client.ts'
import { ExitCode, exitCodeOf } from '../exit-code.ts'
import { followOperation } from '../follow.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import type { Host, Operation } from '../resources.ts'
import { report } from '../run.ts'
import { attach, listSessions } from './attach.ts'
import { help } from './help.ts'
import { chooseHosts } from './hosts.ts'
import { parseRemoteOptions, type RemoteOptions } from './options.ts'

/** Runs `linbo-remote` with these words: the options of LINBO's own tool, with an honest result per host. */
export async function runRemote(argv: string[], io: Io): Promise<number> {
  try {
    const options = parseRemoteOptions(argv)
    if (options.mode === 'help') {
      io.out(help)
      return ExitCode.good
    }
    const client = createClient(io)
    if (options.mode === 'list') return await listSessions(client, io)
    if (options.attach !== undefined) return await attach(client, io, options.attach)
    return await operate(options, client, io)
  } catch (error) {
    report(error, io, 'linbo-remote')
    return exitCodeOf(error)
  }
}

async function operate(options: RemoteOptions, client: Client, io: Io): Promise<number> {
  const { hosts, problems } = chooseHosts(options, await client.all<Host>('/hosts?limit=1000'))
  for (const problem of problems) io.err(problem)
  if (hosts.length === 0) {
    throw new LinboError('NO_HOSTS', 'none of these hosts can be reached by LINBO', {
      fix: '`linbo host list` shows the hosts; add them with `linbo host add` or `linbo host import`.',
    })
  }
  const stamp = () => new Date().toString().replace(/ \(.*$/, '')
  const started = stamp()
  const { lastEventId } = await client.request<{ lastEventId: number }>('GET', '/status')
  const { commands, when, wake, noauto, disableGui } = options
  const operation = await client.request<Operation>('POST', '/operations', {
    commands,
    targets: { hosts },
    options: { when, noauto, disableGui, ...(wake ? { wake } : {}) },
  })
  io.out(`### linbo-remote (${process.pid}) start: ${started}`)
  io.out(heading(options))
  const progress = createProgress(io, operation, { output: false })
  const ended = await followOperation(client, operation, progress, {
    signal: io.signal,
    since: lastEventId,
  })
  progress.close(ended)
  io.out(`### linbo-remote (${process.pid}) end: ${stamp()}`)
  const allDone = ended?.state === 'done' && problems.length === 0
  return allDone ? ExitCode.good : ExitCode.failed
}

function heading(options: RemoteOptions): string {
  if (options.when === 'next-boot') return 'Preparing onboot linbo tasks:'
  return options.commands === ''
    ? 'Trying to wake up:'
    : `Sending command(s) to: ${options.commands}`
}
