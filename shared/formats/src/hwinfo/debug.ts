/** The part before hwinfo's list, in which it tells what it looked at. */
export interface HwinfoDebug {
  /** Lines of /proc/cpuinfo, /proc/partitions and of the kernel's log, without their indent. */
  cpuinfo: string[]
  partitions: string[]
  kernelLog: string[]
}

const sections: Record<string, keyof HwinfoDebug> = {
  '/proc/cpuinfo': 'cpuinfo',
  '/proc/partitions': 'partitions',
  'kernel log': 'kernelLog',
}
const mostLines = 20_000

/**
 * Reads the sections of hwinfo's own log:
 *
 *     ----- kernel log -----
 *       <6>[    1.361335] e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex
 *     ----- kernel log end -----
 */
export function splitDebug(lines: Iterable<string>): HwinfoDebug {
  const debug: HwinfoDebug = { cpuinfo: [], partitions: [], kernelLog: [] }
  const filled = new Set<string>()
  let section: keyof HwinfoDebug | undefined
  for (const line of lines) {
    const mark = /^-{5,} +(.+?) +-{5,}$/.exec(line)?.[1]
    if (mark === undefined) {
      if (section && debug[section].length < mostLines) debug[section].push(line.trim())
      continue
    }
    if (section) filled.add(section)
    // Some sections come twice; once is enough.
    section = filled.has(sections[mark] ?? '') ? undefined : sections[mark]
  }
  return debug
}
