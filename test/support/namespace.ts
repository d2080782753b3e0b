import { type Child, spawnChild } from '@linbo/runtime'

/** A network namespace of this test run; its name carries our process id. */
export interface Namespace {
  readonly name: string
  /** Starts a program inside. */
  spawn(command: string, args: string[], onLine?: (line: string) => void): Child
  /** Runs a program inside to its end. */
  run(command: string, ...args: string[]): Promise<{ code: number; lines: string[] }>
  /** Ends what still runs inside and removes the namespace with its interfaces. */
  remove(): Promise<void>
}

let count = 0

export async function createNamespace(label: string): Promise<Namespace> {
  count += 1
  const name = `linbo-${process.pid}-${label}${count}`
  const children: Child[] = []
  await ip('netns', 'add', name)
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  const spawn: Namespace['spawn'] = (command, args, onLine) => {
    const child = spawnChild({
      command: 'ip',
      args: ['netns', 'exec', name, command, ...args],
      debianPackage: 'iproute2',
      ...(onLine ? { onLine } : {}),
    })
    children.push(child)
    return child
  }
  return {
    name,
    spawn,
    async run(command, ...args) {
      const lines: string[] = []
      const code = await spawn(command, args, (line) => lines.push(line)).exited
      return { code, lines }
    },
    async remove() {
      await Promise.all(children.map((child) => child.stop()))
      await ip('netns', 'del', name)
    },
  }
}

/** Joins two namespaces with a virtual cable and brings both ends up. */
export async function connect(
  a: { space: Namespace; device: string; address?: string },
  b: { space: Namespace; device: string; address?: string; mac?: string },
): Promise<void> {
  await ip(
    ...['link', 'add', a.device, 'netns', a.space.name, 'type', 'veth'],
    ...['peer', 'name', b.device, 'netns', b.space.name],
    ...(b.mac ? ['address', b.mac] : []),
  )
  for (const { space, device, address } of [a, b]) {
    if (address) await ip('-n', space.name, 'addr', 'add', address, 'dev', device)
    await ip('-n', space.name, 'link', 'set', device, 'up')
  }
}

async function ip(...args: string[]): Promise<void> {
  const lines: string[] = []
  const onLine = (line: string) => void lines.push(line)
  const code = await spawnChild({ command: 'ip', args, debianPackage: 'iproute2', onLine }).exited
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${lines.join(' ')}`)
}
