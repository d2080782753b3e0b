import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createNamespace, type Namespace } from '../support/namespace.ts'
import { openWire } from '../support/wire.ts'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { compile, startServer, stopServers } from './support/programs.ts'
import { tftpRivals } from './support/tftp-rivals.ts'
import { inTurns, type Result } from './support/turns.ts'

/** A round trip in milliseconds, and frames lost each way in percent. */
export interface Link {
  rttMs: number
  lossPercent: number
  /** Megabits per second, if limited, with a switch that holds 64 kB for the port. */
  rateMbit?: number
}

/** How a client asks, and what it does about loss: see tftp-lossy.c. */
export interface Reader {
  style: 'grub' | 'ipxe' | 'edk2' | 'plain'
  blksize: number
  windowsize: number
}

const links: Link[] = [
  { rttMs: 0.3, lossPercent: 1 },
  { rttMs: 2, lossPercent: 1 },
  { rttMs: 2, lossPercent: 5 },
  { rttMs: 20, lossPercent: 5 },
  { rttMs: 2, lossPercent: 0, rateMbit: 100 },
]
const readers: Reader[] = [
  { style: 'grub', blksize: 1024, windowsize: 1 },
  { style: 'ipxe', blksize: 1432, windowsize: 1 },
  { style: 'edk2', blksize: 1468, windowsize: 4 },
  { style: 'plain', blksize: 1468, windowsize: 16 },
  { style: 'plain', blksize: 1468, windowsize: 64 },
]
const secondsEach = 2

interface Server {
  name: string
  address: string
  port: number
}

/**
 * One client behind a link that delays and loses, in kB/s. A server without windows is measured all the same: this is
 * what its clients get. Needs root.
 */
export async function benchTftpLossy(rounds: number): Promise<Result[]> {
  const program = await compile('tftp-lossy.c')
  const { folder, root, remove } = await makeFolder()
  const school = await createNamespace('lossy')
  const room = await createNamespace('lossy')
  try {
    await writeFile(join(root, 'large'), randomBytes(80_000_000))
    const servers = await startAll(folder, root, program, school)
    const results: Result[] = []
    for (const [index, link] of links.entries()) {
      const wire = await openWire(
        { space: school, device: 'lan0', address: '10.69.0.1/24' },
        // A server may remember how it went with a client.
        { space: room, device: 'lan0', address: `10.69.0.${index + 2}/24` },
        { ...link, delayMs: link.rttMs / 2 },
      )
      await room.run('ip', 'route', 'add', '10.69.1.0/24', 'via', '10.69.0.1')
      // What follows is not about lost ARP requests.
      await Promise.all(servers.map((server) => read(program, room, server, readers[0]!, 1.5)))
      for (const reader of readers) {
        const contenders = servers.map((server) => ({
          name: server.name,
          measure: () => measure(program, room, server, reader),
        }))
        const name = `${describeLink(link)}, ${reader.style} ${reader.windowsize}`
        results.push(await inTurns({ name, unit: 'kB/s', contenders }, rounds))
      }
      await wire.close()
    }
    return results
  } finally {
    await stopServers()
    await Promise.all([school.remove(), room.remove()])
    await remove()
  }
}

/** Everybody in the school's namespace, at addresses that stay when the cable is changed. */
async function startAll(folder: string, root: string, program: string, school: Namespace) {
  const own = async (host: number) => {
    const address = `10.69.1.${host}`
    await school.run('ip', 'addr', 'add', `${address}/32`, 'dev', 'lo')
    return address
  }
  const first = await own(1)
  const ours = await startLinbo(folder, { space: school, address: first })
  const servers: Server[] = [{ name: 'ours', address: first, port: ours.ports.tftp }]
  for (const { name, command, env, args } of await tftpRivals(root)) {
    const address = await own(servers.length + 1)
    const server = { name, address, port: 69 }
    const words = ['netns', 'exec', school.name, command, ...args(address, server.port)]
    const isUp = async () => (await read(program, school, server, readers[0]!, 0.2)).bytes > 0
    await startServer({ command: 'ip', args: words, env, isUp })
    servers.push(server)
  }
  return servers
}

async function measure(program: string, room: Namespace, server: Server, reader: Reader) {
  const { bytes, seconds } = await read(program, room, server, reader, secondsEach)
  return bytes / seconds / 1000
}

async function read(
  program: string,
  space: Namespace,
  { address, port }: Server,
  { style, blksize, windowsize }: Reader,
  seconds: number,
) {
  const words = [address, port, 'large', style, blksize, windowsize, seconds].map(String)
  const { lines } = await space.run(program, ...words)
  const last = lines.at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`tftp-lossy against ${address}: ${lines.join(' ')}`)
  return JSON.parse(last) as { bytes: number; seconds: number }
}

const describeLink = ({ rttMs, lossPercent, rateMbit }: Link) =>
  [`${rttMs} ms`, ...(rateMbit ? [`${rateMbit} Mbit/s`] : []), `${lossPercent} % lost`].join(', ')
