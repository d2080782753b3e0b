import { createNamespace, type Namespace } from './namespace.ts'
import type { Unpacked } from './unpacked.ts'

/** A switch, and machines plugged into it: each in a namespace of its own. */
export interface Lan {
  /** Plugs a namespace in; its network card is called `device`. */
  plug(space: Namespace, device: string, address?: string, mac?: string): Promise<void>
  remove(): Promise<void>
}

export async function createLan(label: string): Promise<Lan> {
  const space = await createNamespace(label)
  let ports = 0
  await must(space, 'ip', 'link', 'add', 'br0', 'type', 'bridge')
  await must(space, 'ip', 'link', 'set', 'br0', 'up')
  return {
    async plug(other, device, address, mac) {
      const port = `port${ports++}`
      await must(
        space,
        ...['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', device],
        ...(mac ? ['address', mac] : []),
        ...['netns', other.name],
      )
      await must(space, 'ip', 'link', 'set', port, 'master', 'br0', 'up')
      if (address) await must(other, 'ip', 'addr', 'add', address, 'broadcast', '+', 'dev', device)
      await must(other, 'ip', 'link', 'set', device, 'up')
    },
    remove: () => space.remove(),
  }
}

/** Runs a program in a namespace. @throws Error with what it printed when it fails. */
export async function must(
  space: Namespace,
  command: string,
  ...args: string[]
): Promise<string[]> {
  const { code, lines } = await space.run(command, ...args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${lines.join('\n')}`)
  return lines
}

/**
 * Debian's `dhcrelay`, which passes what it hears on one card on to the servers with the card's address and name
 * (option 82), and drops answers that do not name the card again (RFC 3046 2.2).
 */
export function startRelay(
  space: Namespace,
  dhcrelay: Unpacked,
  cards: { clients: string; servers: string },
  servers: string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const words = ['-4', '-d', '-a', '-D', '-id', cards.clients, '-iu', cards.servers, ...servers]
    const lines: string[] = []
    const child = space.spawn(dhcrelay.path!, words, (line) => {
      lines.push(line)
      if (/^Sending on\s+Socket\/fallback/.test(line)) resolve()
    })
    child.exited.then(() => reject(new Error(`dhcrelay ended: ${lines.join('\n')}`)))
  })
}
