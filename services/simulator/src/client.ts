import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStartConf, type StartConf } from '@linbo/formats'
import { LinboError } from '@linbo/runtime'
import { askForLease } from './dhcp.ts'
import { firmwareStage } from './firmware.ts'
import type { MachineIdentity, MachineState, ServerAddress } from './machine.ts'
import { flags, rsyncDown } from './rsync.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'
import { splitWords } from './words.ts'
import { banner, linboWrapper, type Outcome, requestUpload, type Workbench } from './wrapper.ts'

export interface ClientOptions {
  machine: MachineIdentity
  server: ServerAddress
  /** How much of the real time things take: 1 as a slow PC, 0 as fast as the wire. */
  pace: number
  onState?(state: MachineState, detail: string): void
}

/** A LINBO 7.x machine as the wire sees it (reference 13.4). */
export interface SimulatedClient {
  readonly machine: MachineIdentity
  readonly state: MachineState
  /** From power-on to LINBO ready. @throws LinboError naming the step that failed. */
  boot(): Promise<void>
  /** Cuts the power. */
  powerOff(): Promise<void>
}

export function createClient(options: ClientOptions): SimulatedClient {
  const { machine, server, pace } = options
  let state: MachineState = 'off'
  let ssh: SshServer | undefined
  let directory: string | undefined
  const enter = (next: MachineState, detail = '') => {
    state = next
    options.onState?.(next, detail)
  }
  const at = (...parts: string[]) => join(directory ?? '', ...parts)

  async function boot(): Promise<void> {
    directory ??= await mkdtemp(join(tmpdir(), `linbo-sim-${machine.hostname}-`))
    for (const name of ['tmp', 'cache']) await mkdir(at(name), { recursive: true })
    enter('firmware')
    if (server.dhcpPort > 0) await askForLease(machine, server, 'firmware')
    enter('grub')
    await firmwareStage(machine, server)
    if (server.dhcpPort > 0) await askForLease(machine, server, 'linbo')
    const startConf = await fetchStartConf()
    const bench = (signal: AbortSignal, write: (text: string) => void): Workbench => {
      return { machine, server, startConf, directory: at(), pace, write, signal }
    }
    ssh = await startSshServer({
      ip: machine.ip,
      port: server.sshPort,
      shell: (line, channel) => runLine(line, channel.input, bench(channel.signal, channel.write)),
    })
    const log: string[] = [banner('init begin')]
    const own = bench(new AbortController().signal, (text) => log.push(text))
    await requestFiles(own)
    const onboot = await runOnboot(own)
    await writeFile(at('tmp', 'linbo.log'), log.join(''))
    await requestUpload(own, '/tmp/linbo.log')
    if (onboot !== 0 && typeof onboot !== 'number') return leave(onboot)
    enter('linbo', `ready at ${machine.ip}`)
  }

  async function fetchStartConf(): Promise<StartConf> {
    const from = `linbo/start.conf.${machine.group}`
    const done = await rsyncDown(machine, server, {
      flags: flags.startConf,
      from,
      to: at('start.conf'),
    })
    if (done.code !== 0) {
      const message = `${machine.hostname} could not fetch start.conf.${machine.group} (rsync ended with ${done.code})`
      throw new LinboError('SIM_START_CONF', message, { fix: done.output.split('\n').at(-1) ?? '' })
    }
    return parseStartConf(await readFile(at('start.conf'), 'utf8'))
  }

  /** `linbo_update` and what follows it (reference 2.5); missing files are normal. */
  async function requestFiles(bench: Workbench): Promise<void> {
    const cached = ['linbofs64.md5', 'torrent-client.conf', 'multicast.list']
    cached.push(`boot/grub/spool/${machine.hostname}.${machine.group}.grub.cfg`)
    for (const path of cached) {
      await rsyncDown(machine, server, {
        flags: flags.plain,
        from: `linbo/${path}`,
        to: at('tmp', 'download'),
      })
    }
    const from = 'linbo/boot/grub/themes/'
    await rsyncDown(machine, server, { flags: flags.directory, from, to: at('cache', 'themes/') })
    await requestUpload(bench, '/tmp/hwinfo.gz')
  }

  /** The command file for this boot, if there is one (reference 8.6): each command by itself, going on after failures. */
  async function runOnboot(bench: Workbench): Promise<Outcome> {
    for (const name of [machine.hostname, machine.ip]) {
      const to = at('tmp', 'linbocmd')
      await rm(to, { force: true })
      await rsyncDown(machine, server, {
        flags: flags.plain,
        from: `linbo/linbocmd/${name}.cmd`,
        to,
      })
      const text = await readFile(to, 'utf8').catch(() => '')
      if (text.trim() === '') continue
      bench.write(`${name}.cmd successfully downloaded.\n`)
      for (const command of text.trim().split(',')) {
        if (command === '' || command === 'noauto' || command === 'disablegui') continue
        const outcome = await linboWrapper(bench, [command])
        if (typeof outcome !== 'number') return outcome
      }
      break
    }
    return 0
  }

  /** One command line that came over SSH. */
  async function runLine(
    line: string,
    input: Promise<Uint8Array>,
    bench: Workbench,
  ): Promise<number | 'dies'> {
    const [program = '', ...words] = splitWords(line)
    switch (program.replace(/^.*\//, '')) {
      case 'linbo_wrapper': {
        const outcome = await linboWrapper(bench, words)
        if (typeof outcome === 'number') return outcome
        await leave(outcome)
        return 'dies'
      }
      case 'linbo_prestart':
        return 0
      case 'gui_ctl':
        bench.write(banner('gui_ctl', words.join(' ')))
        bench.write(words[0] === 'disable' ? 'Disabling linbo_gui.\n' : 'Restoring gui.\n')
        return 0
      case 'ls':
        if (!words.includes('/start.conf')) return 1
        bench.write('/start.conf\n')
        return 0
      case 'cat':
        return showFile(words[0] ?? '', bench)
      case 'sh': {
        // Only what a server needs to leave a secret: `umask 077; cat > /tmp/<name>`.
        const name = /cat\s*>\s*\/tmp\/([\w.-]+)$/.exec(words.join(' '))?.[1]
        if (!name) return 127
        await writeFile(at('tmp', name), await input, { mode: 0o600 })
        return 0
      }
      case 'rm':
        for (const path of words) if (path.startsWith('/tmp/')) await rm(at(path), { force: true })
        return 0
      case 'reboot':
        await leave('reboot')
        return 'dies'
      default:
        bench.write(`sh: ${program}: not found\n`)
        return 127
    }
  }

  async function showFile(path: string, bench: Workbench): Promise<number> {
    const text = await readFile(at(path), 'utf8').catch(() => undefined)
    if (text === undefined) return 1
    bench.write(text)
    return 0
  }

  async function leave(how: 'start' | 'reboot' | 'halt'): Promise<void> {
    const server = ssh
    ssh = undefined
    // After this turn, because it is called from inside a connection that dies with it.
    setImmediate(() => void server?.close())
    if (how === 'start') enter('os')
    else enter('off')
    if (how === 'reboot') boot().catch((error: Error) => enter('failed', error.message))
  }

  return {
    machine,
    get state() {
      return state
    },
    async boot() {
      try {
        await boot()
      } catch (error) {
        enter('failed', (error as Error).message)
        throw error
      }
    },
    async powerOff() {
      enter('off')
      await ssh?.close()
      ssh = undefined
      if (directory) await rm(directory, { recursive: true, force: true })
      directory = undefined
    },
  }
}
