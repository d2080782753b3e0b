import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Who holds a port, as `dnsmasq (process 812)`, as far as this user may see it. Linux only. */
export function portHolder(kind: 'UDP' | 'TCP', port: number): string | undefined {
  const inodes = new Set<string>()
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  for (const table of kind === 'UDP' ? ['udp', 'udp6'] : ['tcp', 'tcp6']) {
    for (const line of readText(`/proc/net/${table}`).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const listening = kind === 'UDP' || fields[3] === '0A'
      if (fields[1]?.endsWith(`:${hexPort}`) && listening && fields[9]) inodes.add(fields[9])
    }
  }
  if (inodes.size === 0) return undefined
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode && inodes.has(inode)) return `${programOf(pid)} (process ${pid})`
    }
  }
  return undefined
}

/** The program's own name: a Node process calls its main thread `MainThread`. */
function programOf(pid: string): string {
  const [command = ''] = readText(`/proc/${pid}/cmdline`).split('\0')
  return command.split('/').at(-1) || readText(`/proc/${pid}/comm`).trim()
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

const readText = (path: string) => attempt(() => readFileSync(path, 'utf8'), '')
const list = (path: string) => attempt(() => readdirSync(path), [])
const link = (path: string) => attempt(() => readlinkSync(path), '')
