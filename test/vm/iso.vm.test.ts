import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLab, imageName, type Lab } from './lab/lab.ts'
import type { MachineOptions } from './lab/machine.ts'
import { startConf } from './lab/start-conf.ts'

type Pc = Pick<MachineOptions, 'name' | 'firmware' | 'mac'> & { kind: 'cd' | 'usb' }

const pcs: Pc[] = [
  { name: 'iso-bios-cd', firmware: 'bios', mac: '52:54:00:77:02:01', kind: 'cd' },
  { name: 'iso-uefi-cd', firmware: 'uefi', mac: '52:54:00:77:02:02', kind: 'cd' },
  { name: 'iso-bios-usb', firmware: 'bios', mac: '52:54:00:77:02:03', kind: 'usb' },
  { name: 'iso-uefi-usb', firmware: 'uefi', mac: '52:54:00:77:02:04', kind: 'usb' },
]
const output = resolve(import.meta.dirname, '../.output')

let folder: string
let lab: Lab
let image: string

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  folder = await mkdtemp(join(tmpdir(), 'linbo-iso-vm-'))
  image = join(folder, 'linbo.iso')
  lab = await createLab(output)
  await lab.api.putText('/groups/iso/start-conf', startConf('iso', imageName))
  for (const [index, { name, mac }] of pcs.entries()) {
    const ip = `${lab.network.prefix}.${60 + index}`
    await lab.api.post('/hosts', { hostname: name, mac, ip, group: 'iso', room: 'lab' })
  }
})
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('the image of linbo boot iso', () => {
  it('is made and fetched', async () => {
    const { code, text } = await lab.suite.run(
      'linbo',
      ...['boot', 'iso', '--output', image, '--group', 'iso'],
    )
    expect(code, text).toBe(0)
  })

  it.each([
    ['a CD', pcs.filter(({ kind }) => kind === 'cd')],
    ['a USB stick', pcs.filter(({ kind }) => kind === 'usb')],
  ])('starts LINBO under BIOS and UEFI from %s, without the network', async (_name, both) => {
    await Promise.all(
      both.map(async ({ name, firmware, mac, kind }) => {
        await using machine = await lab.powerOn({ name, firmware, mac, medium: { image, kind } })
        try {
          const ready = await machine.serial.waitFor(/^READY (\S+) \S+ group (\S+)/m, 120_000)
          expect(ready.slice(1)).toEqual([name, 'iso'])
        } finally {
          await writeFile(join(output, `${name}.serial.log`), machine.serial.text())
        }
        const files = lab.events
          .of('transfer.started')
          .filter((event) => event.host === name)
          .map(({ file }) => file)
        expect(files).toContain('start.conf.iso')
        expect(files).not.toContain('linbofs64')
      }),
    )
  })
})
