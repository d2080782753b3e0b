import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '@linbo/runtime'
import { startPostgres } from '../../support/postgres.ts'
import { startRedis } from '../../support/redis.ts'
import { runProgram } from '../build/run-program.ts'
import { type Client, writeInitramfs } from '../client/build-client.ts'
import type { OsImage } from '../os-image/os-image.ts'
import type { LabNetwork } from './network.ts'

const names = ['api', 'tftp', 'dhcp', 'sync', 'remote']

const services = resolve(import.meta.dirname, '../../../services')
const commands = join(services, 'cli/src')

/** Where the suite keeps the key it logs in to clients with; one that is already there is used. */
export const keyPath = (dataDir: string) => join(dataDir, 'ssh', 'id_ed25519')

/** As one process on the embedded database, or as one process per service on Postgres and Redis. */
export type SuiteMode = 'one process' | 'separate processes'

/** The suite, running inside the lab's network. */
export interface Suite extends AsyncDisposable {
  url: string
  token: string
  dataDir: string
  linboDir: string
  /** Runs `linbo` or `linbo-remote` on the server, as an administrator would; resolves with its exit code and output. */
  run(
    command: 'linbo' | 'linbo-remote',
    ...words: string[]
  ): Promise<{ code: number; text: string }>
}

export interface SuiteOptions {
  /** Data and served tree go here. */
  folder: string
  mode: SuiteMode
  /** File for what the suite logs. */
  log: string
  client: Client
  image: OsImage
  /** Settings beside, or instead of, the lab's own. */
  settings?: Record<string, string>
}

/** Starts the suite with its own DHCP server, and lays out what its clients boot. */
export async function startSuite(network: LabNetwork, options: SuiteOptions): Promise<Suite> {
  const dataDir = join(options.folder, 'data')
  const linboDir = join(dataDir, 'srv', 'linbo')
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    LINBO_DATA_DIR: dataDir,
    LINBO_SERVER_IP: network.serverIp,
    LINBO_DHCP: 'full',
    LINBO_DHCP_INTERFACE: network.bridge,
    LINBO_DHCP_POOL: `${network.prefix}.200-${network.prefix}.220`,
    LINBO_DHCP_DOMAIN: 'lab.test',
    LINBO_LOG_LEVEL: process.env.LINBO_LOG_LEVEL ?? 'info',
    ...options.settings,
  }
  const start = (program: string, words: string[], onLine: (line: string) => void) =>
    network.start({
      command: process.execPath,
      args: [program, ...words],
      env: environment,
      onLine,
    })
  const run = async (program: string, words: string[]) => {
    const lines: string[] = []
    const code = await start(join(commands, program), words, (line) => lines.push(line)).exited
    return { code, text: lines.join('\n') }
  }

  await mkdir(join(dataDir, 'ssh'), { recursive: true })
  await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyPath(dataDir)], {
    debianPackage: 'openssh-client',
  })
  await using stack = new AsyncDisposableStack()
  const log = createWriteStream(options.log)
  const serve = (program: string, ...words: string[]) =>
    start(join(services, program), words, (line) => log.write(`${line}\n`))
  const processes: Child[] = []
  if (options.mode === 'one process') processes.push(serve('cli/src/main.ts', 'serve'))
  else {
    const postgres = await startPostgres(network.start)
    stack.defer(() => postgres.stop())
    const redis = await startRedis(network.start)
    stack.defer(() => redis.stop())
    Object.assign(environment, { DATABASE_URL: postgres.url, REDIS_URL: redis.url })
    for (const name of names) processes.push(serve(`${name}/src/main.ts`))
  }
  stack.defer(async () => void (await Promise.all(processes.map((one) => one.stop()))))
  const url = `http://${network.address}:8080`
  await untilReady(url, processes, options.log)
  await layOut(dataDir, linboDir, options)
  const built = await run('main.ts', ['boot', 'build'])
  if (built.code !== 0) throw new Error(`linbo boot build: ${built.text}`)
  const owned = stack.move()
  return {
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
    url,
    token: (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim(),
    dataDir,
    linboDir,
    run: (command, ...words) => run(command === 'linbo' ? 'main.ts' : 'linbo-remote.ts', words),
  }
}

async function untilReady(url: string, processes: Child[], log: string): Promise<void> {
  let ended: number | undefined
  for (const one of processes) {
    one.exited.then((code) => {
      ended = code
    })
  }
  for (let tries = 0; tries < 300; tries++) {
    if (ended !== undefined) throw new Error(`the suite ended with ${ended}, see ${log}`)
    const parts = await fetch(`${url}/ready`).then(
      (answer) => (answer.ok ? answer.text() : ''),
      () => '',
    )
    if (names.every((name) => parts.includes(`"${name}"`))) return
    await sleep(100)
  }
  throw new Error(`the suite is not ready after 30 s, see ${log}`)
}

/** Kernel, initramfs and image, where LINBO clients ask for them. */
async function layOut(dataDir: string, linboDir: string, options: SuiteOptions): Promise<void> {
  const { client, image } = options
  const publicKey = await readFile(`${keyPath(dataDir)}.pub`, 'utf8')
  await copyFile(client.kernel, join(linboDir, 'linbo64'))
  await writeInitramfs(client, publicKey, join(linboDir, 'linbofs64'))
  const target = join(linboDir, 'images', image.base)
  await mkdir(target, { recursive: true })
  for (const name of await readdir(image.folder)) {
    await copyFile(join(image.folder, name), join(target, name))
  }
}
