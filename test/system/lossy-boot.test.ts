import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compile } from '../bench/support/programs.ts'
import { createNamespace, type Namespace } from '../support/namespace.ts'
import { requireTool } from '../support/require.ts'
import { type SpaceSuite, startSpaceSuite } from '../support/space-suite.ts'
import { openWire, type Wire } from '../support/wire.ts'

const initramfsBytes = 12_000_000
const mac = '52:54:00:00:00:17'

requireTool(
  'ip',
  'cc',
  'curl',
)('a boot over a cable with 20 ms and 5 % loss', () => {
  let folder: string
  let school: Namespace
  let room: Namespace
  let wire: Wire
  let suite: SpaceSuite
  let reader: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-lossy-'))
    reader = await compile('tftp-lossy.c')
    school = await createNamespace('school')
    room = await createNamespace('room')
    wire = await openWire(
      { space: school, device: 'lan0', address: '10.70.0.1/24' },
      { space: room, device: 'lan0', address: '10.70.0.17/24' },
      { delayMs: 10, lossPercent: 5, seed: 5 },
    )
    suite = await startSpaceSuite(school, folder, { LINBO_SERVER_IP: '10.70.0.1' })
    await truncate(join(suite.linboDir, 'linbofs64'), initramfsBytes)
    const fields = ['--mac', mac, '--ip', '10.70.0.17', '--group', 'lab', '--room', 'r101']
    expect(await suite.linbo('host', 'add', 'pc17', ...fields)).toMatchObject({ code: 0 })
  }, 120_000)
  afterAll(async () => {
    await wire?.close()
    for (const space of [room, school]) await space?.remove()
    await rm(folder, { recursive: true, force: true })
  })

  it('gets its initramfs, and the timeline shows the retries and names the link', async () => {
    const words = ['linbofs64', 'plain', '1468', '64', '280', join(folder, 'output')]
    await room.run(reader, '10.70.0.1', '69', ...words)
    await expect
      .poll(
        async () => {
          const { lines } = await suite.linbo('host', 'show', 'pc17', '--json')
          return (JSON.parse(lines.join('\n')) as { lastBoot: object | null }).lastBoot
        },
        { timeout: 20_000 },
      )
      .toMatchObject({
        files: [{ file: 'linbofs64', bytes: initramfsBytes, result: 'ok', step: 'initramfs' }],
        verdict: { code: 'packet-loss', facts: { machine: 'pc17', ip: '10.70.0.17' } },
      })
    const { lines } = await suite.linbo('host', 'show', 'pc17')
    expect(lines.join('\n')).toMatch(/cable or switch port of pc17 \(10\.70\.0\.17\)/)
  }, 300_000)
})
