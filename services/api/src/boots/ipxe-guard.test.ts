import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryBus } from '@linbo/bus'
import { silentLog } from '@linbo/log'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createIpxeGuard } from './ipxe-guard.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-ipxe-'))
})
afterEach(() => rm(root, { recursive: true }))

const machine = { host: 'pc01', mac: '52:54:00:00:00:01', ip: '10.0.0.5' }

/** What the guard leaves behind after these deliveries, in order. */
async function after(...files: ('core.0' | 'ipxe.lkrn' | 'linbo64')[]): Promise<string[]> {
  const bus = createMemoryBus()
  const guard = createIpxeGuard({ root, bus, log: silentLog })
  await guard.start()
  for (const [number, file] of files.entries()) {
    if (file === 'core.0') {
      const detail = 'boot/grub/i386-pc/core.0'
      bus.publish('boot.step', { ...machine, step: 'boot-file', ok: true, detail })
      continue
    }
    bus.publish('transfer.started', {
      ...machine,
      transfer: String(number),
      via: 'tftp',
      direction: 'down',
      file: file === 'linbo64' ? file : `boot/grub/${file}`,
      sizeBytes: 1,
    })
  }
  await guard.stop()
  return readdir(join(root, 'boot/grub/ipxe-off')).catch(() => [])
}

it('marks a machine that starts again twice without asking for the kernel', async () => {
  const twice = ['core.0', 'ipxe.lkrn', 'core.0', 'ipxe.lkrn', 'core.0'] as const
  expect(await after(...twice)).toEqual([machine.mac])
})

it('forgives one failure', async () => {
  expect(await after('core.0', 'ipxe.lkrn', 'core.0', 'ipxe.lkrn', 'linbo64', 'core.0')).toEqual([])
  expect(await after('ipxe.lkrn', 'linbo64', 'core.0', 'ipxe.lkrn', 'core.0')).toEqual([])
})

it('has nothing against machines that start from their cache', async () => {
  expect(await after('core.0', 'core.0', 'core.0', 'core.0')).toEqual([])
})
