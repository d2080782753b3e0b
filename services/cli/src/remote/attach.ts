import type { Client } from '../client.ts'
import { ExitCode } from '../exit-code.ts'
import { followOperation } from '../follow.ts'
import type { Io } from '../io.ts'
import type { Operation } from '../resources.ts'

interface OutputPiece {
  host: string
  seq: number
  text: string
}

/** -l: the hosts that something runs on now. */
export async function listSessions(client: Client, io: Io): Promise<number> {
  for (const operation of await running(client)) {
    for (const host of operation.hosts) {
      if (host.finishedAt === null)
        io.out(`${host.hostname}_linbo-remote: ${operation.commands} (${operation.id})`)
    }
  }
  return ExitCode.good
}

/** -a: what the running operation of this host printed so far, and what it prints, until it ends. */
export async function attach(client: Client, io: Io, hostname: string): Promise<number> {
  const operation = (await running(client)).find((one) =>
    one.hosts.some((host) => host.hostname === hostname && host.finishedAt === null),
  )
  if (!operation) {
    io.err(`linbo-remote: nothing runs on ${hostname}`)
    io.err('  → linbo-remote -l lists the hosts that something runs on.')
    return ExitCode.failed
  }
  const { lastEventId } = await client.request<{ lastEventId: number }>('GET', '/status')
  let shown = -1
  const show = (seq: number, text: string) => {
    if (seq <= shown) return
    shown = seq
    io.write(text)
  }
  const path = `/operations/${operation.id}/output?host=${encodeURIComponent(hostname)}`
  for (const piece of await client.all<OutputPiece>(path)) show(piece.seq, piece.text)
  const watcher = {
    onStep() {},
    onOutput: (piece: OutputPiece) => {
      if (piece.host === hostname) show(piece.seq, piece.text)
    },
  }
  await followOperation(client, operation, watcher, { signal: io.signal, since: lastEventId })
  return ExitCode.good
}

function running(client: Client): Promise<Operation[]> {
  return client.all<Operation>('/operations?state=running')
}
