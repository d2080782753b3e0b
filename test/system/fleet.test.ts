import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Suite, startSuite } from '../support/suite.ts'

describe('linbo simulate', () => {
  let suite: Suite
  beforeAll(async () => {
    suite = await startSuite('one process', { LINBO_LOG_LEVEL: 'warn' })
  }, 60_000)
  afterAll(() => suite?.stop())

  it('brings fifty machines into LINBO, each seen by the API', async () => {
    const done = await suite.cli('linbo', 'simulate', '--hosts', '50', '--pace', '0', '--once')
    expect(done.err).toBe('')
    expect(done.out).toMatch(/^50 of 50 machines arrived in LINBO/m)
    expect(done.code).toBe(0)
    const seen = new Set<string | null>()
    for (const event of suite.events) {
      if (event.type === 'host.status' && event.status === 'linbo') seen.add(event.host)
    }
    expect(seen.size).toBe(50)
    const listed = await suite.cli('linbo', 'host', 'list', '--status', 'linbo', '--json')
    expect(JSON.parse(listed.out)).toHaveLength(50)
  }, 120_000)

  it('tells what a machine needs to boot', async () => {
    const done = await suite.cli('linbo', 'doctor', '--json')
    const findings = JSON.parse(done.out) as { name: string; state: string; fix: string | null }[]
    const kernel = findings.find((one) => one.name === 'linbo64')
    expect(kernel).toMatchObject({ state: 'failed' })
    expect(kernel?.fix).toBeTruthy()
    expect(done.code).toBe(1)
  })
})
