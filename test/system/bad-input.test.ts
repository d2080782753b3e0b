import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, type Suite, startSuite } from '../support/suite.ts'

const root = resolve(import.meta.dirname, '../..')

describe('bad input', () => {
  let suite: Suite
  let directory: string
  beforeAll(async () => {
    suite = await startSuite('one process')
    directory = await mkdtemp(join(tmpdir(), 'linbo-bad-'))
  }, 60_000)
  afterAll(async () => {
    await suite?.stop()
    await rm(directory, { recursive: true, force: true })
  })
  const fresh = (changes: Record<string, string>) => ({
    ...suite.env,
    LINBO_DATA_DIR: join(directory, 'data'),
    LINBO_DIR: join(directory, 'tree'),
    ...changes,
  })

  it('a wrong port is named with its setting', async () => {
    const done = await runCli(
      'linbo',
      ['serve'],
      fresh({ LINBO_TFTP_PORT: '70000', LINBO_HTTP_PORT: 'x' }),
    )
    expect(done.code).toBe(1)
    expect(done.err).toMatch(
      /LINBO_TFTP_PORT: "70000".*\n.*LINBO_HTTP_PORT: "x"|LINBO_HTTP_PORT: "x"[\s\S]*LINBO_TFTP_PORT/,
    )
    expect(done.err).toContain('→')
  })

  it('a taken port is named with who holds it and the setting', async () => {
    const done = await runCli(
      'linbo',
      ['serve'],
      fresh({ LINBO_HTTP_PORT: String(suite.ports.http) }),
    )
    expect(done.code).toBe(1)
    expect(done.err).toContain(`TCP port ${suite.ports.http}`)
    expect(done.err).toMatch(/process \d+/)
    expect(done.err).toContain('LINBO_HTTP_PORT')
  })

  it('an unwritable data directory is named', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    const done = await runCli('linbo', ['serve'], fresh({ LINBO_DATA_DIR: join(file, 'data') }))
    expect(done.code).toBe(1)
    expect(done.err).toContain(file)
    expect(done.err).toContain('LINBO_DATA_DIR')
  })

  it('a second process on the same data directory is refused', async () => {
    const ports = { LINBO_HTTP_PORT: '0', LINBO_TFTP_PORT: '0', LINBO_RSYNC_PORT: '0' }
    const done = await runCli('linbo', ['serve'], { ...suite.env, ...ports })
    expect(done.code).toBe(1)
    expect(done.err).toMatch(/in use by process \d+/)
  })

  it('a lone service says that it needs Postgres and Redis', async () => {
    const child = spawn(process.execPath, [join(root, 'services/tftp/src/main.ts')], {
      env: fresh({}),
    })
    let err = ''
    child.stderr.on('data', (bytes) => {
      err += bytes
    })
    expect(await new Promise((ended) => child.once('close', ended))).toBe(1)
    expect(err).toContain('DATABASE_URL')
  })

  it('a broken start.conf is refused with its line, and the good one stays', async () => {
    const good = '[LINBO]\nGroup = lab\n'
    const dangerous = '[LINBO]\nGroup = lab\nKernelOptions = $(reboot)\n[OS]\nName = x\n'
    const refused = suite.api('PUT', '/groups/lab/start-conf', dangerous)
    await expect(refused).rejects.toThrow(/422[\s\S]*3/)
    const file = join(directory, 'start.conf')
    await writeFile(file, dangerous)
    const checked = await suite.cli('linbo', 'group', 'check', file)
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/start\.conf:3:\d+: error:/)
    expect(good).not.toBe(dangerous)
  })

  it('an unknown host in linbo-remote fails by name', async () => {
    const done = await suite.cli('linbo-remote', '-i', 'nosuchpc', '-c', 'sync:1')
    expect(done.code).toBe(1)
    expect(done.err).toContain('Host nosuchpc not found!')
    expect(done.err).toContain('linbo host list')
  })

  it.each([
    [['-c', 'sync:1'], 'no hosts'],
    [['-i', 'pc01'], 'nothing to do'],
    [['-i', 'pc01', '-c', 'sync:1', '-p', 'sync:1'], 'not both'],
    [['-i', 'pc01', '-c', 'fly:1'], 'fly'],
    [['-i', 'pc01', '-c', 'sync:1', '-b', '3'], '-w'],
    [['-g', 'lab', '-r', 'r1', '-c', 'sync:1'], '-g'],
    [['-x'], '-x'],
  ])('linbo-remote %j is a usage error', async (words, says) => {
    const done = await suite.cli('linbo-remote', ...words)
    expect(done.code).toBe(2)
    expect(done.err).toContain(says)
  })

  it('an unknown command or option of linbo is a usage error', async () => {
    expect((await suite.cli('linbo', 'fly')).code).toBe(2)
    expect((await suite.cli('linbo', 'host', 'list', '--fly')).code).toBe(2)
    expect((await suite.cli('linbo', 'host')).code).toBe(2)
  })

  it('no server is exit code 3', async () => {
    const done = await runCli('linbo', ['status'], {
      ...suite.env,
      LINBO_URL: 'http://127.0.0.1:1',
    })
    expect(done.code).toBe(3)
    expect(done.err).toContain('npm start')
  })

  it('a wrong token is said to be one', async () => {
    const env = { ...suite.env, LINBO_URL: suite.url, LINBO_TOKEN: 'wrong' }
    const done = await runCli('linbo', ['status'], env)
    expect(done.code).toBe(1)
    expect(done.err).toContain('LINBO_TOKEN')
  })
})
