import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStartConf } from '@linbo/formats'
import { listenTcp } from '@linbo/runtime'
import type { Workbench } from './bench.ts'
import { fleetOf } from './fleet.ts'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { sampleStartConf } from './sample.ts'

export const machine = fleetOf(1, 'lab', 99)[0] as MachineIdentity

/** A server that nobody runs: every download fails at once. */
export const nowhere: ServerAddress = {
  ip: '127.0.0.1',
  tftpPort: 1,
  rsyncPort: 1,
  dhcpPort: 0,
  sshPort: 0,
}

export interface TestBench extends Workbench {
  printed(): string
  abort: AbortController
  remove(): Promise<void>
}

/** A machine's disk in a temporary directory, with the sample start.conf. */
export async function testBench(server: ServerAddress = nowhere): Promise<TestBench> {
  const directory = await mkdtemp(join(tmpdir(), 'linbo-bench-'))
  for (const name of ['tmp', 'cache', 'disk']) await mkdir(join(directory, name))
  const abort = new AbortController()
  let printed = ''
  let log = ''
  return {
    machine,
    server,
    startConf: parseStartConf(sampleStartConf('lab', 'tiny')),
    directory,
    pace: 0,
    timed: (_part, work) => work(),
    write(text) {
      printed += text
      log += text
    },
    print: (bytes) => {
      printed += Buffer.from(bytes).toString()
    },
    takeLog() {
      const taken = log
      log = ''
      return taken
    },
    signal: abort.signal,
    abort,
    printed: () => printed,
    remove: () => rm(directory, { recursive: true }),
  }
}

/** A TCP port that was free a moment ago, for programs that cannot pick one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'trial' })
  await new Promise((resolve) => server.close(resolve))
  return port
}
