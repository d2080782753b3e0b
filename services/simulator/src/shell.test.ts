import { readFile, stat, writeFile } from 'node:fs/promises'
import { quote } from '@linbo/ssh'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { at, Killed } from './bench.ts'
import { runLine } from './shell.ts'
import { type TestBench, testBench } from './testing.ts'

describe('a command line over SSH', () => {
  let bench: TestBench
  let stopped: number
  const state = { guiDisabled: false }
  beforeEach(async () => {
    bench = await testBench()
    stopped = 0
  })
  afterEach(() => bench.remove())
  const run = (words: string[], input = '') =>
    runLine(
      quote(words),
      bench,
      {
        input: Promise.resolve(Buffer.from(input)),
        stopOthers: () => void stopped++,
      },
      state,
    )

  it('shows by /start.conf that this is LINBO', async () => {
    await writeFile(at(bench, 'start.conf'), '[LINBO]\n')
    expect(await run(['/bin/ls', '/start.conf'])).toBe(0)
    expect(bench.printed()).toBe('/start.conf\n')
    expect(await run(['/bin/ls', '/nothing'])).toBe(1)
  })

  it('hands out a file of the machine, and none of ours', async () => {
    await writeFile(at(bench, 'tmp', 'linbo.log'), 'the log')
    expect(await run(['cat', '/tmp/linbo.log'])).toBe(0)
    expect(bench.printed()).toBe('the log')
    expect(await run(['cat', '/../../../../../../etc/passwd'])).toBe(1)
  })

  it('takes the upload password and forgets it', async () => {
    const script = 'umask 077; cat > /tmp/rsyncd.secrets'
    expect(await run(['sh', '-c', script], 'linbo:geheim\n')).toBe(0)
    const file = at(bench, 'tmp', 'rsyncd.secrets')
    expect(await readFile(file, 'utf8')).toBe('linbo:geheim\n')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await run(['rm', '-f', '/tmp/rsyncd.secrets'])).toBe(0)
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })

  it('restores a GUI only when it was disabled before', async () => {
    expect(await run(['gui_ctl', 'restore'])).toBe(1)
    expect(await run(['gui_ctl', 'disable'])).toBe(0)
    expect(await run(['gui_ctl', 'restore'])).toBe(0)
    expect(bench.printed()).toMatch(/Disabling linbo_gui\.[\s\S]*Restoring gui\./)
  })

  it('knows the script that stops programs, and runs no other one', async () => {
    expect(await run(['sh', '-c', 'for d in /proc/*; do kill -TERM "$p"; done'])).toBe(0)
    expect(stopped).toBe(1)
    expect(await run(['sh', '-c', 'touch /tmp/x'])).toBe(127)
    expect(stopped).toBe(1)
  })

  it('cleans up after a killed command as LINBO does', async () => {
    bench.pace = 1000
    const running = run(['linbo_wrapper', 'partition'])
    bench.abort.abort(new Killed())
    expect(await running).toBe(1)
    expect(bench.printed()).toContain('DEBUG: bailout() invoked\nKilling processes:\nAborted.\n')
    expect(bench.printed()).toContain('Requesting upload of /tmp/linbo.log ...\n')
  })

  it.each([
    [['linbo_wrapper', 'halt'], 'halt'],
    [['/sbin/reboot'], 'reboot'],
    [['linbo_prestart', '1'], 0],
    [['linbo_prestart', '9'], 1],
    [['vim'], 127],
  ])('%j ends with %s', async (words, outcome) => expect(await run(words)).toBe(outcome))
})
