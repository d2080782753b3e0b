import { type Child, type ChildOptions, spawnChild } from '@linbo/runtime'
import { runProgram } from '../build/run-program.ts'

/** A namespace with a bridge the machines are plugged into, and a link to it from where the tests run. */
export interface LabNetwork extends AsyncDisposable {
  bridge: string
  /** First three bytes of the machines' network: `10.77.5`. */
  prefix: string
  /** The server's address for the machines. */
  serverIp: string
  /** The same server, as the tests reach it. */
  address: string
  /** A port of a bridge, the first one unless named; returns the name of its tap device. */
  addTap(bridge?: string): Promise<string>
  /** Starts a program inside the namespace; it is stopped when the network goes. */
  start(options: ChildOptions): Child
  /**
   * Another machine on the bridge, in a namespace of its own.
   * @param links its network cards: which bridge each is plugged into, and its address with prefix length
   */
  addNeighbour(label: string, links: { bridge: string; address: string }[]): Promise<Neighbour>
  /** A second bridge that only neighbours lead to. */
  addBridge(name: string): Promise<void>
}

/** A machine beside the server that is no virtual one. */
export interface Neighbour {
  /** Starts a program there; it is stopped when the network goes. */
  start(options: ChildOptions): Child
  /** Runs a program there to its end. @throws Error with what it printed. */
  run(command: string, ...args: string[]): Promise<void>
}

const namePrefix = 'linbo-vm-'
const outsideLink = (pid: number) => `lv${pid}`
const ip = (...args: string[]) => runProgram('ip', args, { debianPackage: 'iproute2' })

/** Makes a network nobody else uses; everything in it ends when it is disposed of. */
export async function createNetwork(): Promise<LabNetwork> {
  const name = `${namePrefix}${process.pid}`
  const number = process.pid % 250
  const prefix = `10.77.${number}`
  const outside = outsideLink(process.pid)
  const children: Child[] = []
  let taps = 0
  let cables = 0
  const inside = (...args: string[]) => ip('-n', name, ...args)

  const dispose = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await removeNetwork(process.pid)
  }

  await ip('netns', 'add', name)
  try {
    await inside('link', 'set', 'lo', 'up')
    await inside('link', 'add', 'br0', 'type', 'bridge')
    await inside('addr', 'add', `${prefix}.1/24`, 'broadcast', '+', 'dev', 'br0')
    await inside('link', 'set', 'br0', 'up')
    await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'outside', 'netns', name)
    await ip('addr', 'add', `10.78.${number}.1/30`, 'dev', outside)
    await ip('link', 'set', outside, 'up')
    await inside('addr', 'add', `10.78.${number}.2/30`, 'dev', 'outside')
    await inside('link', 'set', 'outside', 'up')
  } catch (error) {
    await dispose()
    throw error
  }

  return {
    bridge: 'br0',
    prefix,
    serverIp: `${prefix}.1`,
    address: `10.78.${number}.2`,
    async addTap(bridge = 'br0') {
      const tap = `tap${taps++}`
      await inside('tuntap', 'add', 'dev', tap, 'mode', 'tap')
      await inside('link', 'set', tap, 'master', bridge)
      await inside('link', 'set', tap, 'up')
      return tap
    },
    start(options) {
      const args = ['netns', 'exec', name, options.command, ...options.args]
      const child = spawnChild({ ...options, command: 'ip', args })
      children.push(child)
      return child
    },
    async addBridge(bridge) {
      await inside('link', 'add', bridge, 'type', 'bridge')
      await inside('link', 'set', bridge, 'up')
    },
    async addNeighbour(label, links) {
      const other = `${name}-${label}`
      await ip('netns', 'add', other)
      await ip('-n', other, 'link', 'set', 'lo', 'up')
      for (const [index, { bridge, address }] of links.entries()) {
        const port = `port${cables++}`
        const card = `eth${index}`
        await inside('link', 'add', port, 'type', 'veth', 'peer', 'name', card, 'netns', other)
        await inside('link', 'set', port, 'master', bridge, 'up')
        await ip('-n', other, 'addr', 'add', address, 'broadcast', '+', 'dev', card)
        await ip('-n', other, 'link', 'set', card, 'up')
      }
      const start = (options: ChildOptions) => {
        const args = ['netns', 'exec', other, options.command, ...options.args]
        const child = spawnChild({ ...options, command: 'ip', args })
        children.push(child)
        return child
      }
      return {
        start,
        run: async (command, ...args) => void (await ip('netns', 'exec', other, command, ...args)),
      }
    },
    [Symbol.asyncDispose]: dispose,
  }
}

/** Removes the network of a process, its neighbours, and all that runs in them. */
export async function removeNetwork(pid: number): Promise<void> {
  const name = `${namePrefix}${pid}`
  const spaces = (await ip('netns', 'list')).split('\n').map((line) => line.split(' ')[0] ?? '')
  for (const space of spaces.filter((one) => one === name || one.startsWith(`${name}-`))) {
    for (const one of (await ip('netns', 'pids', space)).split('\n')) {
      if (one !== '') process.kill(Number(one), 'SIGKILL')
    }
    await ip('netns', 'del', space)
  }
  await ip('link', 'del', outsideLink(pid)).catch(() => {})
}
