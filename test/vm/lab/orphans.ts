import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeNetwork } from './network.ts'

const ours = /^linbo-vm-(\d+)$/

/** Where the lab of a process keeps its files. */
export const labFolder = (pid: number) => join(tmpdir(), `linbo-vm-${pid}`)

/** Removes the networks and files of earlier runs that were killed, with what still runs there. */
export async function removeOrphans(): Promise<void> {
  for (const pid of await orphansIn('/run/netns')) await removeNetwork(pid)
  for (const pid of await orphansIn(tmpdir())) await rm(labFolder(pid), { recursive: true })
}

async function orphansIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .map((name) => Number(ours.exec(name)?.[1]))
    .filter((pid) => pid > 0 && !existsSync(`/proc/${pid}`))
}
