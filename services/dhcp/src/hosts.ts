import type { HostRow } from '@linbo/db'
import type { Clock } from '@linbo/runtime'
import type { Outside } from './outside.ts'

/** A registered host, or undefined for a machine nobody registered. */
export type Host = HostRow | undefined

/** The registered hosts, in memory. */
export interface Hosts {
  find(mac: string): Host
  /** Makes sure that changes older than half a second are known. Undefined when that is so already. */
  refresh(): Promise<void> | undefined
  /** @param listener gets all fixed addresses, now and whenever hosts changed. */
  onChange(listener: (fixed: string[]) => void): void
}

/** After the first time hosts are read again, after the second nobody is answered before that is done. */
const freshMs = 250
const staleMs = 500
/** While the database is away, the last state counts after this long. */
const patienceMs = 1000

/**
 * Reads hosts from the database again when they changed, which one small query tells; without requests nothing is
 * asked. While the database is away, the last state counts.
 */
export function createHosts(
  outside: Pick<Outside, 'hosts'>,
  clock: Clock,
  onError: (error: unknown) => void,
): Hosts {
  let byMac = new Map<string, HostRow>()
  let version: string | undefined
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | undefined
  let tell: (fixed: string[]) => void = () => {}
  const fixed = () => [...byMac.values()].flatMap(({ ip }) => ip ?? [])

  async function read(): Promise<void> {
    try {
      const news = await outside.hosts(version)
      if (!news) return
      version = news.version
      byMac = new Map(news.hosts.map((host) => [host.mac, host]))
      tell(fixed())
    } catch (error) {
      onError(error)
    }
  }

  async function check(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = clock.after(patienceMs, resolve)
      void read().finally(() => {
        cancel()
        resolve()
      })
    })
    checkedAt = clock.now()
    checking = undefined
  }

  return {
    find: (mac) => byMac.get(mac),
    refresh() {
      const age = clock.now() - checkedAt
      if (age < freshMs) return undefined
      checking ??= check()
      return age < staleMs ? undefined : checking
    },
    onChange(listener) {
      tell = listener
      listener(fixed())
    },
  }
}
