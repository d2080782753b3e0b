import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openUdp } from '@linbo/runtime'
import { makeFolder, startLinbo } from './support/linbo.ts'
import {
  compile,
  libraries,
  run,
  startServer,
  stopServers,
  unpackDebian,
} from './support/programs.ts'
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
  const add = async (name: string, command: string, args: (port: number) => string[], env = {}) => {
    // Names in lower case are asked for below the root by all of them.
    const port = await freeUdpPort()
    const server = { name, address: '127.0.0.1', port }
    await startServer({ command, args: args(port), env, isUp: () => answers(server) })
    servers.push(server)
  }
  const hpa = await unpackDebian(['tftpd-hpa', 'libwrap0', 'libnsl2', 'libtirpc3'])
  if (hpa) {
    const program = join(hpa, 'usr/sbin/in.tftpd')
    const env = { LD_LIBRARY_PATH: libraries(hpa) }
    const words = (port: number) => ['--foreground', '--address', `127.0.0.1:${port}`]
    await add('tftpd-hpa', program, (port) => [...words(port), '-u', 'root', '--secure', root], env)
  }
  const dnsmasq = '/usr/sbin/dnsmasq'
  if (existsSync(dnsmasq)) {
    // Its port is always 69, but it can have an address of its own.
    const address = `127.69.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`
    const server = { name: 'dnsmasq', address, port: 69 }
    const args = [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--user=root',
      '--port=0',
      '--bind-interfaces',
      `--listen-address=${address}`,
      '--log-facility=/dev/null',
      '--enable-tftp',
      '--tftp-max=1000',
      `--tftp-root=${root}`,
    ]
    await startServer({ command: dnsmasq, args, isUp: () => answers(server) })
    servers.push(server)
  } else process.stderr.write('dnsmasq: n/a, apt-get install dnsmasq-base\n')
  const atftpd = await unpackDebian(['atftpd', 'libwrap0', 'libnsl2', 'libtirpc3', 'libpcre2-8-0'])
  if (atftpd) {
    const env = { LD_LIBRARY_PATH: libraries(atftpd) }
    const words = ['--daemon', '--no-fork', '--user', 'root.root', '--maxthread', '1000']
    const where = (port: number) => ['--bind-address', '127.0.0.1', '--port', String(port), root]
    await add('atftpd', join(atftpd, 'usr/sbin/atftpd'), (port) => [...words, ...where(port)], env)
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
