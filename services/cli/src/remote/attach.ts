import type { Client } from '../client.ts'
import { ExitCode } from '../exit-code.ts'
import { followOperation } from '../follow.ts'
import type { Io } from '../io.ts'
import type { Operation } from '../resources.ts'

interface OutputPage {
  items: { host: string; seq: number; text: string }[]
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
    io.err(`nothing runs on ${hostname}`)
    return ExitCode.failed
  }
  const { lastEventId } = await client.request<{ lastEventId: number }>('GET', '/status')
  let shown = 0
  const show = (seq: number, text: string) => {
    if (seq <= shown) return
    shown = seq
    process.stdout.write(text)
  }
  const past = await client.request<OutputPage>(
    'GET',
    `/operations/${operation.id}/output?host=${hostname}`,
  )
  for (const item of past.items) show(item.seq, item.text)
  const watcher = {
    onStep() {},
    onOutput: (event: { host: string; seq: number; text: string }) => {
      if (event.host === hostname) show(event.seq, event.text)
    },
  }
  await followOperation(client, operation, watcher, io.signal, lastEventId)
  return ExitCode.good
}

async function running(client: Client): Promise<Operation[]> {
  const page = await client.request<{ items: Operation[] }>(
    'GET',
    '/operations?state=running&limit=1000',
  )
  return page.items
}
