import { join, resolve } from 'node:path'
import { spawn } from 'node-pty'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSchool, type School } from '../support/school.ts'
import { type Suite, startSuite } from '../support/suite.ts'

const root = resolve(import.meta.dirname, '../..')

describe('linbo-remote in a terminal', () => {
  let suite: Suite
  let school: School
  beforeAll(async () => {
    suite = await startSuite('one process')
    school = await openSchool(suite, { count: 2, network: 85, pace: 0.3 })
    await school.fleet.boot(2)
  }, 60_000)
  afterAll(async () => {
    await school?.close()
    await suite?.stop()
  })

  it('draws a bar per host that fills, and gives the cursor back', async () => {
    const words = [
      join(root, 'services/cli/bin/linbo-remote.mjs'),
      '-g',
      'lab',
      '-c',
      'initcache,sync:1',
    ]
    const env = { ...suite.env, LINBO_URL: suite.url, TERM: 'xterm-256color' }
    const terminal = spawn(process.execPath, words, { env, cols: 100, rows: 30 })
    let screen = ''
    terminal.onData((text) => {
      screen += text
    })
    const code = await new Promise((ended) => terminal.onExit(({ exitCode }) => ended(exitCode)))
    expect(code).toBe(0)
    expect(screen).toMatch(/sim001 +[█░]{24}/)
    expect(screen).toMatch(/sim002 +█{24} 100%/)
    expect(screen).toContain('\u001b[?25l')
    expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'))
  })

  it('stops watching on Ctrl-C and says that the operation goes on', async () => {
    const words = [join(root, 'services/cli/bin/linbo-remote.mjs'), '-g', 'lab', '-c', 'new:1']
    const env = { ...suite.env, LINBO_URL: suite.url, TERM: 'xterm-256color' }
    const terminal = spawn(process.execPath, words, { env, cols: 100, rows: 30 })
    let screen = ''
    let isStopped = false
    terminal.onData((text) => {
      screen += text
      // Once only: the terminal echoes it, which is output again.
      if (!isStopped && /█/.test(screen)) {
        isStopped = true
        terminal.write('\u0003')
      }
    })
    const code = await new Promise((ended) => terminal.onExit(({ exitCode }) => ended(exitCode)))
    expect(code).toBe(1)
    expect(screen).toContain('linbo operation follow')
  })
})
