import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, spawnChild } from '@linbo/runtime'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeFolder, startLinbo } from '../../bench/support/linbo.ts'
import { stopServers } from '../../bench/support/programs.ts'
import { perform, type World } from './check.ts'
import { checks, floods } from './checks/index.ts'
import type { Load } from './load.ts'
import { growTree } from './tree.ts'

vi.setConfig({ maxConcurrency: 16, testTimeout: 90_000 })

/** Few places, soon given up: to see what happens when they run out, and that they come back. */
const settings = {
  LINBO_LOG_LEVEL: 'error',
  LINBO_TFTP_TRANSFERS: '700',
  LINBO_TFTP_TIMEOUT_MS: '500',
  LINBO_TFTP_RETRIES: '3',
}

let world: World
let pid: number
let socketsAtFirst: number
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  folder = await makeFolder()
  const tree = await growTree(folder.folder)
  const { child, ports } = await startLinbo(folder.folder, { settings })
  pid = child.pid!
  world = { server: { address: '127.0.0.1', port: ports.tftp }, tree }
  socketsAtFirst = await udpSockets()
})
afterAll(async () => {
  await stopServers()
  await folder.remove()
})

/** UDP sockets that the server has open. */
async function udpSockets(): Promise<number> {
  const table = await readFile(`/proc/${pid}/net/udp`, 'utf8')
  const inodes = new Set(table.split('\n').map((line) => line.trim().split(/\s+/)[9]))
  const names = await readdir(`/proc/${pid}/fd`)
  const links = names.map((name) => readlink(join(`/proc/${pid}/fd`, name)).catch(() => ''))
  const open = (await Promise.all(links)).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1])
  return open.filter((inode) => inode && inodes.has(inode)).length
}

function everything(): void {
  for (const [about, group] of Object.entries(checks)) {
    describe.concurrent(about, () => {
      for (const check of group) it(check.name, () => perform(check, world))
    })
  }
  describe('floods', () => {
    for (const check of floods) it(check.name, () => perform(check, world))
  })
}

describe('the TFTP server, quietly', everything)

describe('the TFTP server, while 100 transfers run', () => {
  let load: Child
  const lines: string[] = []

  beforeAll(async () => {
    const { address, port } = world.server
    const { promise, resolve } = Promise.withResolvers<void>()
    load = spawnChild({
      command: process.execPath,
      args: [join(import.meta.dirname, 'load.ts'), address, String(port), '100'],
      onLine(line) {
        lines.push(line)
        resolve()
      },
    })
    await promise
  })
  afterAll(() => load.stop())

  everything()

  it('has served these 100 without a mistake', async () => {
    await load.stop()
    const done = JSON.parse(lines.at(-1)!) as Load
    expect(done.failures).toEqual([])
    expect(done.transfers).toBeGreaterThan(100)
  })
})

it('has closed every socket that it opened for a transfer', async () => {
  await expect.poll(udpSockets, { timeout: 60_000, interval: 500 }).toBe(socketsAtFirst)
})
