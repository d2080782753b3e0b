import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createBars, thousandths } from './bars.ts'
import { createProgress } from './progress.ts'
import { testIo, testOperation } from './testing.ts'

const step = (host: string, more: object = {}) =>
  ({
    type: 'operation.step',
    operation: 'op1',
    host,
    phase: 'running',
    command: 0,
    commands: 2,
    percent: null,
    text: 'Syncing',
    ...more,
  }) as Parameters<ReturnType<typeof createProgress>['onStep']>[0]
const output = (host: string, text: string) =>
  ({ type: 'operation.output', operation: 'op1', host, seq: 0, text }) as Parameters<
    ReturnType<typeof createProgress>['onOutput']
  >[0]

describe('without a terminal', () => {
  it('prints each step once, and how it ended', () => {
    const io = testIo()
    const operation = testOperation('pc1')
    const progress = createProgress(io, operation, { output: false })
    progress.onStep(step('pc1', { phase: 'connecting', command: null, text: '' }))
    progress.onStep(step('pc1', { percent: 10 }))
    progress.onStep(step('pc1', { percent: 20 }))
    progress.onOutput(output('pc1', 'not asked for\n'))
    const [host] = operation.hosts
    progress.close({
      ...operation,
      hosts: [{ ...host!, phase: 'offline', reason: 'Not online, host skipped.' }],
    })
    expect(io.printed()).toBe(
      'pc1: connecting\npc1: running 1/2 Syncing\n pc1 ... offline: Not online, host skipped.\n',
    )
  })

  it('prints what clients print when asked to, a line at a time', () => {
    const io = testIo()
    const progress = createProgress(io, testOperation('pc1'), { output: true })
    progress.onOutput(output('pc1', '    (10%)\r    (20%)\rDone.\n\n'))
    expect(io.printed()).toBe('pc1|     (10%)\npc1|     (20%)\npc1| Done.\n')
  })

  it('says how to watch again when somebody stops', () => {
    const io = testIo()
    createProgress(io, testOperation('pc1'), { output: false }).close(undefined)
    expect(io.complained()).toContain('linbo operation follow op1')
  })
})

describe('on a terminal', () => {
  function draw(hosts: string[], events: ReturnType<typeof step>[], rows = 24) {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 60, rows })
    let drawn = ''
    stream.on('data', (bytes) => {
      drawn += bytes
    })
    const methods = ['cursorTo', 'moveCursor', 'clearLine', 'clearScreenDown']
    for (const name of methods) Object.assign(stream, { [name]: () => true })
    const bars = createBars(stream as unknown as NodeJS.WriteStream, testOperation(...hosts))
    for (const event of events) bars.onStep(event)
    bars.close()
    return stripVTControlCharacters(drawn)
  }

  it('draws a bar per host within the width of the terminal', () => {
    const drawn = draw(
      ['pc1', 'pc2'],
      [
        step('pc1', { command: 1, percent: 50, text: 'x'.repeat(100) }),
        step('pc2', { phase: 'done', text: '' }),
      ],
    )
    expect(drawn).toMatch(/pc1 {2}█{18}░{6} {2}75% x+…/)
    expect(drawn).toMatch(/pc2 {2}█{24} 100% done/)
    for (const line of drawn.split(/[\r\n]+/)) expect(line.length).toBeLessThan(60)
  })

  it('draws one bar for all when the terminal has too few lines', () => {
    const hosts = Array.from({ length: 30 }, (_, index) => `pc${index}`)
    const drawn = draw(hosts, [step('pc1', { phase: 'done' }), step('pc2')], 24)
    expect(drawn).toMatch(/30 hosts █░{23} +3% 28 waiting, 1 done,…/)
  })
})

describe('thousandths', () => {
  it.each([
    [{ phase: 'connecting', command: null, commands: 2, percent: null }, 0],
    [{ phase: 'running', command: 0, commands: 2, percent: 50 }, 250],
    [{ phase: 'running', command: 1, commands: 2, percent: null }, 500],
    [{ phase: 'running', command: 1, commands: 2, percent: 100 }, 1000],
    [{ phase: 'waking', command: null, commands: 0, percent: null }, 0],
    [{ phase: 'done', command: null, commands: 0, percent: null }, 1000],
  ] as const)('%j fills %i', (event, wanted) => expect(thousandths(event)).toBe(wanted))
})
