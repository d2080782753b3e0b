import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Linbo, makeFolder, startLinbo } from '../bench/support/linbo.ts'
import { compile, mustRun, stopServers } from '../bench/support/programs.ts'
import { requireTool } from '../support/require.ts'

/** Enough to fill the cache, from more files than one. */
const files = 4
const clientsEach = 250
const fileBytes = 1_000_000
const largeBytes = 100_000_000
/** Garbage that is left, and what the database came to need meanwhile. */
const marginBytes = 80_000_000

requireTool('cc')('the memory of the server', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>
  let server: Linbo

  beforeAll(async () => {
    folder = await makeFolder()
    for (let file = 0; file < files; file++) {
      await writeFile(join(folder.root, `file${file}`), randomBytes(fileBytes))
    }
    await writeFile(join(folder.root, 'large'), randomBytes(largeBytes))
    server = await startLinbo(folder.folder, { settings: { LINBO_LOG_LEVEL: 'error' } })
  })
  afterAll(async () => {
    await stopServers()
    await folder.remove()
  })

  async function residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024
  }

  it('is bounded with 1,000 transfers at once, and given back when they are over', async () => {
    const load = await compile('tftp-load.c')
    const read = (file: string, clients: number, windowsize: number) => {
      const words = [server.ports.tftp, file, clients, 1468, windowsize, 1]
      return mustRun(load, ['127.0.0.1', ...words.map(String)])
    }
    const start = await residentBytes()
    let peak = start
    const watch = setInterval(async () => {
      peak = Math.max(peak, await residentBytes())
    }, 100)
    for (let round = 0; round < 2; round++) {
      const many = Array.from({ length: files }, (_, file) => read(`file${file}`, clientsEach, 1))
      await Promise.all([...many, read('large', 1, 16)])
    }
    clearInterval(watch)
    expect(peak - start).toBeLessThan(300_000_000)
    await expect
      .poll(async () => (await residentBytes()) - start, { timeout: 40_000, interval: 500 })
      .toBeLessThan(marginBytes)
  }, 120_000)
})
