import { readdir, readFile } from 'node:fs/promises'

/** USER_HZ, which Linux has fixed at 100 for programs (proc(5)). */
export const ticksPerSecond = 100

interface Process {
  pid: number
  parent: number
  ticks: number
}

/** The processor time of a process and its descendants so far, those that have ended included. */
export async function cpuSeconds(pid: number): Promise<number> {
  const all = await processes()
  const family = new Set([pid])
  for (let size = 0; size < family.size; ) {
    size = family.size
    for (const one of all) if (family.has(one.parent)) family.add(one.pid)
  }
  const ticks = all.filter((one) => family.has(one.pid)).map((one) => one.ticks)
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond
}

/** The most memory a process has had, without its children. */
export async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = async (pid: string): Promise<Process[]> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined) return []
    // The name is in brackets and may contain anything; parent is field 4, the times are fields 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks }]
  }
  return (await Promise.all(pids.map(read))).flat()
}
