import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStartConf } from '@linbo/formats'
import { LinboError, type UdpSocket } from '@linbo/runtime'
import type { Leaving, Workbench } from './bench.ts'
import { bootFromNetwork, fetchStartConf, identify, startLinbo } from './boot.ts'
import type { BootPart, MachineIdentity, MachineState, ServerAddress, Timed } from './machine.ts'
import { pause } from './pause.ts'
import { linboRegister } from './register.ts'
import { runLine, type ShellState } from './shell.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'
import { listenForMagic } from './wake.ts'

export interface ClientOptions {
  machine: MachineIdentity
  server: ServerAddress
  /** How much of the real time things take: 1 as a slow PC, 0 as fast as the wire. */
  pace: number
  /**
   * Nobody has to know the machine: it takes the address, name and group it is given, and without a group it goes into
   * LINBO unregistered. `machine.ip` is then only where its DHCP relay is.
   */
  isNew?: boolean
  onState?(state: MachineState, detail: string): void
  /** How long the machine waited for a part of its boot, in milliseconds. */
  onPart?(part: BootPart, ms: number): void
}

/** A LINBO 7.x machine as the wire sees it (reference 13.4). */
export interface SimulatedClient {
  /** Who it is, by the last lease if it is new. */
  readonly machine: MachineIdentity
  readonly state: MachineState
  /** From power-on to LINBO ready. @throws LinboError naming the step that failed. */
  boot(): Promise<void>
  /**
   * Registers it from its own screen, with the words of `linbo_register`: password, room, host name, address or
   * `DHCP`, group, role. @returns its exit code
   */
  register(words: string[]): Promise<number>
  /** Plugs it in and leaves it off: a magic packet boots it. A machine that halts does the same by itself. */
  standBy(): Promise<void>
  /** Pulls the plug; nothing of the machine is left, its disk neither. */
  powerOff(): Promise<void>
}

/** How long a slow PC takes before its firmware asks for an address, and until its kernel does. */
const firmwareMs = 1000
const kernelMs = 1500

export function createClient(options: ClientOptions): SimulatedClient {
  const { machine, server, pace, onState, onPart, isNew = false } = options
  let current = machine
  let screen: Workbench | undefined
  let state: MachineState = 'off'
  let directory: string | undefined
  let ssh: SshServer | undefined
  let wake: UdpSocket | undefined
  let power = new AbortController()
  /** Whatever goes on: boots, also those nobody asked for, and sockets that close. Never rejects. */
  let activity: Promise<unknown> = Promise.resolve()
  const track = <T>(work: Promise<T>): Promise<T> => {
    activity = Promise.allSettled([activity, work])
    return work
  }
  const timed: Timed = async (part, work) => {
    const begun = performance.now()
    const done = await work()
    onPart?.(part, performance.now() - begun)
    return done
  }
  const enter = (next: MachineState, detail = '') => {
    state = next
    onState?.(next, detail)
  }

  async function run(): Promise<void> {
    power = new AbortController()
    const { signal } = power
    try {
      await down()
      const leaving = await up(signal)
      if (leaving) leave(leaving)
      else enter('linbo', `ready at ${current.ip}`)
    } catch (error) {
      if (signal.aborted) return
      await down()
      enter('failed', (error as Error).message)
      throw error
    }
  }

  async function up(signal: AbortSignal): Promise<Leaving | undefined> {
    directory ??= await mkdtemp(join(tmpdir(), `linbo-sim-${machine.hostname}-`))
    for (const name of ['tmp', 'cache', 'disk'])
      await mkdir(join(directory, name), { recursive: true })
    enter('firmware')
    await pause(firmwareMs * pace, signal)
    await bootFromNetwork({ machine, server, timed, isNew }, signal)
    enter('grub')
    await pause(kernelMs * pace, signal)
    const told = await identify({ machine, server, timed, isNew }, signal)
    current = told.machine
    let log = ''
    const keep = (text: string) => {
      log += text
    }
    const takeLog = () => {
      const taken = log
      log = ''
      return taken
    }
    const empty = parseStartConf('')
    const shared = { ...told, directory, pace, takeLog, startConf: empty, signal }
    const plain = { ...shared, write: keep, print: () => {} }
    const bench = current.group === '' ? plain : await fetchStartConf(plain)
    screen = bench
    const shell: ShellState = { guiDisabled: false }
    return startLinbo(bench, async () => {
      ssh = await startSshServer({
        ip: current.ip,
        port: server.sshPort,
        shell: (line, channel) => {
          const own: Workbench = {
            ...bench,
            signal: AbortSignal.any([signal, channel.signal]),
            print: channel.write,
            write(text) {
              keep(text)
              channel.write(text)
            },
          }
          return runLine(line, own, channel, shell).then((outcome) => {
            if (typeof outcome === 'number') return outcome
            leave(outcome)
            return 'dies'
          })
        },
      })
    })
  }

  function leave(how: Leaving): void {
    power.abort()
    enter(how === 'start' ? 'os' : 'off')
    if (how === 'start') void track(down())
    else if (how === 'reboot') track(run()).catch(() => {})
    else void track(down().then(standBy))
  }

  /** Closes what answers on the network. */
  async function down(): Promise<void> {
    screen = undefined
    const open = [ssh, wake]
    ssh = undefined
    wake = undefined
    await Promise.all(open.map((one) => one?.close()))
  }

  async function standBy(): Promise<void> {
    wake = await listenForMagic(machine, server, () => {
      track(run()).catch(() => {})
    })
  }

  return {
    get machine() {
      return current
    },
    get state() {
      return state
    },
    boot: () => track(run()),
    register(words) {
      if (state === 'linbo' && screen) return track(linboRegister(screen, words))
      const message = `${current.hostname} shows no screen of LINBO to register from`
      return Promise.reject(new LinboError('SIM_NOT_IN_LINBO', message))
    },
    standBy,
    async powerOff() {
      power.abort()
      await activity
      await down()
      if (directory) await rm(directory, { recursive: true, force: true })
      directory = undefined
      enter('off')
    },
  }
}
