import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openUdp } from '@linbo/runtime'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { compile, run, startServer, stopServers } from './support/programs.ts'
import { tftpRivals } from './support/tftp-rivals.ts'
import { type Contender, inTurns, type Result } from './support/turns.ts'

interface Server {
  name: string
  address: string
  port: number
}

interface Load {
  clients: number
  windowsize: number
  file: string
  /** How often each client reads it. */
  repeats: number
}

const blksize = 1468
const cases: (Load & { name: string })[] = [
  { name: '1 client, lock-step', clients: 1, windowsize: 1, file: 'large', repeats: 1 },
  { name: '100 clients, lock-step', clients: 100, windowsize: 1, file: 'small', repeats: 1 },
  { name: '1 client, windowsize 16', clients: 1, windowsize: 16, file: 'large', repeats: 4 },
  { name: '50 clients, windowsize 16', clients: 50, windowsize: 16, file: 'small', repeats: 2 },
]

/** TFTP on loopback against Debian's three servers, in MB/s that all clients got together. */
export async function benchTftp(rounds: number): Promise<Result[]> {
  const program = await compile('tftp-load.c')
  const { folder, root, remove } = await makeFolder()
  try {
    await writeFile(join(root, 'large'), randomBytes(20_000_000))
    await writeFile(join(root, 'small'), randomBytes(2_000_000))
    const ours = await startLinbo(folder)
    const servers = [
      { name: 'ours', address: '127.0.0.1', port: ours.ports.tftp },
      ...(await startRivals(root)),
    ]
    const results: Result[] = []
    for (const one of cases) {
      const contenders = servers.map(
        (server): Contender => ({
          name: server.name,
          measure: () => measure(program, server, one),
        }),
      )
      results.push(await inTurns({ name: one.name, unit: 'MB/s', contenders }, rounds))
    }
    return results
  } finally {
    await stopServers()
    await remove()
  }
}

/** @returns undefined when the server does not grant the window. */
async function measure(program: string, server: Server, load: Load): Promise<number | undefined> {
  const words = [server.address, server.port, load.file, load.clients, blksize, load.windowsize]
  const ran = await run(program, [...words.map(String), String(load.repeats)])
  const last = ran.output.split('\n').at(-1) ?? ''
  if (ran.code !== 0) throw new Error(`${server.name}: ${ran.output}`)
  const got = JSON.parse(last) as { seconds: number; bytes: number; windowsize: number }
  if (got.windowsize !== load.windowsize) return undefined
  return got.bytes / got.seconds / 1e6
}

async function startRivals(root: string): Promise<Server[]> {
  const servers: Server[] = []
  for (const { name, command, env, fixedPort, args } of await tftpRivals(root)) {
    // Who insists on a port has it on an address of its own.
    const own = `127.69.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`
    const address = fixedPort ? own : '127.0.0.1'
    const server = { name, address, port: fixedPort ?? (await freeUdpPort()) }
    const isUp = () => answers(server)
    await startServer({ command, args: args(address, server.port), env, isUp })
    servers.push(server)
  }
  return servers
}

/** Asks for a file that is not there. */
async function answers(server: Server): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>()
  const socket = await openUdp({
    port: 0,
    purpose: 'bench',
    onMessage: () => answer.resolve(true),
  })
  await socket.send(Buffer.from('\0\x01missing\0octet\0'), server.port, server.address)
  const timer = setTimeout(() => answer.resolve(false), 250)
  const isUp = await answer.promise
  clearTimeout(timer)
  await socket.close()
  return isUp
}

async function freeUdpPort(): Promise<number> {
  const socket = await openUdp({
    port: 0,
    address: '127.0.0.1',
    purpose: 'bench',
    onMessage: () => {},
  })
  await socket.close()
  return socket.port
}
