import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { stopServers } from './support/programs.ts'
import type { Result } from './support/turns.ts'

/** Long enough that what start leaves to do in the background is done. */
const settleMs = 5000
const mostRounds = 3

/** How long `linbo serve` takes until it is ready, on an empty data directory and again, and its memory at rest. */
export async function benchStart(rounds: number): Promise<Result[]> {
  const [first, second, memory]: number[][] = [[], [], []]
  for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
    const { folder, remove } = await makeFolder()
    try {
      first!.push(await timeStart(folder))
      await stopServers()
      second!.push(await timeStart(folder, memory))
    } finally {
      await stopServers()
      await remove()
    }
  }
  return [
    { case: 'first start', unit: 's', samples: { ours: first! } },
    { case: 'second start', unit: 's', samples: { ours: second! } },
    { case: 'memory at rest', unit: 'MB', samples: { ours: memory! } },
  ]
}

async function timeStart(folder: string, memory?: number[]): Promise<number> {
  const begun = performance.now()
  const { child } = await startLinbo(folder)
  const seconds = (performance.now() - begun) / 1000
  if (memory) {
    await sleep(settleMs)
    memory.push(residentBytes(child.pid!) / 1e6)
  }
  return seconds
}

/** Memory of a process and its children, without what they only share with others. */
function residentBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const own = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return children.reduce((sum, child) => sum + residentBytes(Number(child)), own)
}
