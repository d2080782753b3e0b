import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modes, type Suite, startSuite } from '../support/suite.ts'

const count = 2000
const row = (number: number, group = 'lab') => {
  const [high, low] = [Math.floor(number / 200), number % 200]
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  return `r${high};r${high}-pc${low};${group};52:54:00:AA:${hex(high)}:${hex(low)};10.40.${high}.${low + 1};;;;;;1;;;;`
}
const fileOf = (group: string) =>
  `# devices of the school\r\n${Array.from({ length: count }, (_, n) => `${row(n, group)}\r\n`).join('')}`

describe.each(modes)('a school of 2,000 devices (%s)', (mode) => {
  let suite: Suite
  let folder: string
  let file: string
  const time = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const before = performance.now()
    const done = await work
    console.info(`${mode}: ${what} in ${Math.round(performance.now() - before)} ms`)
    return done
  }
  const linksIn = async (path: string, pattern: RegExp) =>
    (await readdir(join(suite.linboDir, path))).filter((name) => pattern.test(name))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-devices-'))
    file = join(folder, 'devices.csv')
    await mkdir(join(folder, 'default-school'))
    suite = await startSuite(mode, {
      LINBO_LOG_LEVEL: 'warn',
      LINBO_DEVICES_FILE: join(folder, 'default-school', 'devices.csv'),
    })
  }, 60_000)
  afterAll(async () => {
    await suite?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('comes in and goes out byte by byte, with its links', async () => {
    await writeFile(file, fileOf('lab'))
    const dry = await suite.cli('linbo', 'host', 'import', file, '--dry-run', '--json')
    expect(JSON.parse(dry.out).added).toHaveLength(count)
    expect(await suite.api<{ items: unknown[] }>('GET', '/hosts')).toMatchObject({ items: [] })
    const path = '/hosts/import'
    const added = await time(`${count} hosts added`, suite.api('POST', path, fileOf('lab')))
    expect(added).toMatchObject({ unchanged: 0, refused: [] })
    const links = await linksIn('boot/grub/hostcfg', /^r\d+-pc\d+\.cfg$/)
    expect(links).toHaveLength(count)
    expect(await linksIn('', /^start\.conf-10\./)).toHaveLength(count)
    expect(await readlink(join(suite.linboDir, 'start.conf-10.40.3.8'))).toBe('start.conf.lab')
    const exported = await suite.cli('linbo', 'host', 'export')
    expect(exported.out).toBe(await readFile(file, 'utf8'))
    const again = await time('the same again', suite.api('POST', path, fileOf('lab')))
    expect(again).toMatchObject({ added: [], changed: [], unchanged: count })
    const moved = await time('all moved', suite.api('POST', path, fileOf('kiosk')))
    expect((moved as { changed: unknown[] }).changed).toHaveLength(count)
    expect(await readlink(join(suite.linboDir, 'boot/grub/hostcfg/r3-pc7.cfg'))).toBe(
      '../kiosk.cfg',
    )
  }, 60_000)

  it('follows the file that is watched, and keeps its hosts when that breaks', async () => {
    const watched = join(folder, 'default-school', 'devices.csv')
    await writeFile(watched, `${row(0, 'lab')}\n`)
    const text = `${count - 1} of ${count}`
    await suite.event(
      (event) => event.type === 'devices-file.refused' && event.reason.includes(text),
    )
    expect(await suite.api('GET', '/hosts/r9-pc199')).toMatchObject({ group: 'kiosk' })
    await writeFile(watched, fileOf('kiosk').replace(';r3-pc7;kiosk;', ';r3-pc7;lab;'))
    const taken = await suite.event((event) => event.type === 'devices-file.imported')
    expect(taken).toMatchObject({ added: 0, changed: 1, removed: 0 })
    expect(await suite.api('GET', '/hosts/r3-pc7')).toMatchObject({ group: 'lab' })
  }, 60_000)
})
