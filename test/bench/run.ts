import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { benchDhcp } from './dhcp.ts'
import { benchHttp } from './http.ts'
import { benchRsync } from './rsync.ts'
import { benchStart } from './start.ts'
import { benchStorm } from './storm.ts'
import { run, stopServers } from './support/programs.ts'
import { type Report, type Result, table } from './support/turns.ts'
import { benchTftp } from './tftp.ts'
import { benchTftpLossy } from './tftp-lossy.ts'

type Bench = (rounds: number, wanted: Map<string, number>) => Promise<Result[] | Report>

const benches: Record<string, Bench> = {
  tftp: benchTftp,
  'tftp-lossy': benchTftpLossy,
  dhcp: benchDhcp,
  rsync: benchRsync,
  http: benchHttp,
  start: benchStart,
  storm: benchStorm,
}

const words = process.argv.slice(2)
const rounds = Number(words.find((word) => /^\d+$/.test(word)) ?? 5)
const set = words.map((word) => /^(\w+)=([\d.]+)$/.exec(word))
const options = new Map(set.flatMap((one) => (one ? [[one[1]!, Number(one[2])] as const] : [])))
const wanted = words.filter((word) => !/^\d+$|=/.test(word))
const unknown = wanted.filter((name) => !benches[name])
if (unknown.length > 0 || rounds < 1) {
  process.stderr.write(
    `usage: npm run bench -- [${Object.keys(benches).join('|')}]... [ROUNDS] [NAME=NUMBER]...\n`,
  )
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopServers().then(() => process.exit(1)))
}

const folder = resolve(import.meta.dirname, '../.output')
await mkdir(folder, { recursive: true })
const described = await run('git', ['describe', '--always', '--dirty'], {
  cwd: import.meta.dirname,
})
const commit = described.code === 0 ? described.output : null
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const at = new Date().toISOString()
  const before = loadavg()[0]!
  const measured = await benches[name]!(rounds, options)
  const { results, text } = Array.isArray(measured)
    ? { results: measured, text: table(measured) }
    : measured
  const load = { before, after: loadavg()[0]! }
  process.stdout.write(`\n${name}, at most ${rounds} rounds, load before ${before.toFixed(1)}\n\n`)
  process.stdout.write(`${text}\n`)
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
  const saved = { name, at, commit, machine, load, rounds, results }
  const file = join(folder, `bench-${name}-${at.replaceAll(/[:.]/g, '-')}.json`)
  await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`)
}
