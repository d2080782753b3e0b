import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sampleStartConf } from '@linbo/simulator'
import type { Namespace } from './namespace.ts'

const linbo = resolve(import.meta.dirname, '../../services/cli/bin/linbo.mjs')

/** The whole suite in one process in a namespace, on its usual ports. */
export interface SpaceSuite {
  linboDir: string
  /** Runs `linbo` on the server. */
  linbo(...words: string[]): Promise<{ code: number; lines: string[] }>
  /** What the API says below this path. */
  get(path: string): Promise<{ items: unknown[] }>
  /** The boot of a host that began last, as the API tells it. */
  lastBoot(hostname: string): Promise<{ state: string; steps: { step: string; ok: boolean }[] }>
}

/**
 * Starts it and waits until every service runs. It ends with the namespace.
 * @param folder receives its data
 */
export async function startSpaceSuite(
  space: Namespace,
  folder: string,
  settings: Record<string, string>,
): Promise<SpaceSuite> {
  const dataDir = join(folder, 'data')
  const linboDir = join(dataDir, 'srv', 'linbo')
  await mkdir(linboDir, { recursive: true })
  for (const name of ['linbo64', 'linbofs64']) {
    await writeFile(join(linboDir, name), Buffer.alloc(300_000, name))
  }
  await writeFile(join(linboDir, 'start.conf.lab'), sampleStartConf('lab', 'tiny'))
  const environment = Object.entries({ LINBO_DATA_DIR: dataDir, ...settings })
  const words = [...environment.map(([name, value]) => `${name}=${value}`), process.execPath, linbo]
  const output: string[] = []
  await new Promise<void>((ready, reject) => {
    const child = space.spawn('env', [...words, 'serve'], (line) => {
      output.push(line)
      if (line.includes('GRUB network tree built')) ready()
    })
    child.exited.then(() => reject(new Error(`the suite ended:\n${output.join('\n')}`)))
  })
  const token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim()
  const get = async (path: string) => {
    const url = `http://127.0.0.1:8080/api/v1${path}`
    const { lines } = await space.run('curl', '-s', '-H', `authorization: Bearer ${token}`, url)
    return JSON.parse(lines.join('\n'))
  }
  return {
    linboDir,
    get,
    linbo: (...more) => space.run('env', ...words, ...more),
    lastBoot: async (hostname) => (await get(`/boots?host=${hostname}&limit=1`)).items[0],
  }
}
