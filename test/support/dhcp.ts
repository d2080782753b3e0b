import { fileURLToPath } from 'node:url'
import type { BusEvent } from '@linbo/bus'
import type { Child } from '@linbo/runtime'
import type { DhcpServerOptions } from './dhcp-server.ts'
import type { Namespace } from './namespace.ts'

export interface RunningDhcpServer {
  readonly events: BusEvent[]
  /** Lines that are neither events nor `ready`: the log. */
  readonly log: string[]
  /** Resolves with the first event, also an earlier one, that fits. */
  event(fits: (event: BusEvent) => boolean): Promise<BusEvent>
  /** The same for a line of the log. */
  logged(fits: (line: string) => boolean): Promise<string>
  stop(): Promise<void>
}

/** Starts the DHCP service inside a namespace, on port 67, and waits until it answers. */
export async function startDhcpServer(
  space: Namespace,
  options: DhcpServerOptions,
): Promise<RunningDhcpServer> {
  const events: BusEvent[] = []
  const log: string[] = []
  const waiting = new Set<() => void>()
  const program = fileURLToPath(new URL('./dhcp-server.ts', import.meta.url))
  let child: Child | undefined
  await new Promise<void>((resolve, reject) => {
    child = space.spawn(process.execPath, [program, JSON.stringify(options)], (line) => {
      if (line === 'ready') return resolve()
      if (line.startsWith('{"id"')) events.push(JSON.parse(line))
      else log.push(line)
      for (const check of waiting) check()
    })
    child.exited.then(() => reject(new Error(`the DHCP server ended: ${log.join('\n')}`)))
  })
  const first = <T>(look: () => T | undefined) =>
    new Promise<T>((resolve) => {
      const check = () => {
        const found = look()
        if (found === undefined) return
        waiting.delete(check)
        resolve(found)
      }
      waiting.add(check)
      check()
    })
  return {
    events,
    log,
    event: (fits) => first(() => events.find(fits)),
    logged: (fits) => first(() => log.find(fits)),
    stop: async () => child?.stop(),
  }
}
