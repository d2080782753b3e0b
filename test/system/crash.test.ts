import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSchool, type School } from '../support/school.ts'
import { modes, type Suite, startSuite } from '../support/suite.ts'

interface OperationJson {
  id: string
  state: string
  hosts: { hostname: string; phase: string; reason: string | null }[]
}

describe.each(modes)('kill -9 in the middle, %s', (mode) => {
  let suite: Suite
  let school: School
  beforeAll(async () => {
    suite = await startSuite(mode)
    const network = mode === 'one process' ? 83 : 84
    school = await openSchool(suite, { count: 2, network, imageBytes: 60_000_000, pace: 1 })
    await school.fleet.boot(2)
  }, 90_000)
  afterAll(async () => {
    await school?.close()
    await suite?.stop()
  })

  it('leaves no damage, marks the operation interrupted, and clients go on', async () => {
    const image = join(suite.linboDir, 'images/tiny/tiny.qcow2')
    const digest = async () =>
      createHash('sha256')
        .update(await readFile(image))
        .digest('hex')
    const before = await digest()
    const operation = await suite.api<OperationJson>('POST', '/operations', {
      commands: 'partition,initcache,sync:1',
      targets: { hosts: ['sim001', 'sim002'] },
    })
    await suite.event(
      (event) => event.type === 'transfer.started' && event.file.endsWith('tiny.qcow2'),
    )
    await suite.kill()
    await suite.restart()
    const read = () => suite.api<OperationJson>('GET', `/operations/${operation.id}`)
    await expect.poll(async () => (await read()).state, { timeout: 30_000 }).toBe('interrupted')
    expect((await read()).hosts).toMatchObject([{ phase: 'interrupted' }, { phase: 'interrupted' }])
    expect(await digest()).toBe(before)
    const again = await suite.cli('linbo-remote', '-r', 'r101', '-c', 'initcache,sync:1')
    expect(again.out).toContain('done')
    expect(again.code).toBe(0)
  }, 90_000)
})
