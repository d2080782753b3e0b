import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDisk } from '../support/grub-emu.ts'
import { createLab, type Lab } from './lab/lab.ts'
import { type Firmware, powerOn } from './lab/machine.ts'
import { tellingKernel } from './lab/telling-kernel.ts'

const output = resolve(import.meta.dirname, '../.output')
const conf = (group: string, cache: string) => `[LINBO]
Group = ${group}
Cache = ${cache}
KernelOptions = quiet splash dhcpretry=6
[Partition]
Dev = /dev/sda1
Label = cache
Size = 10G
Id = 83
FSType = ext4
Bootable = no
[Partition]
Dev = /dev/sda2
Label = debian
Size =
Id = 83
FSType = ext4
Bootable = no
[OS]
Name = Debian
BaseImage = debian.qcow2
Root = /dev/sda2
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = ro
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
`
/** One with whose words a machine says which configuration it was given. */
const own = (name: string) => `set timeout=0
menuentry x {
  linux /linbo64 ${name}
  initrd /linbofs64
  boot
}
`

let lab: Lab
let folder: string
let cacheDisk: string

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  folder = await mkdtemp(join(tmpdir(), 'linbo-grub-vm-'))
  lab = await createLab(output)
  const root = lab.suite.linboDir
  const kernel = Buffer.from(tellingKernel())
  const files = { '/start.conf': 'x', '/linbo64': kernel, '/linbofs64': 'x'.repeat(1000) }
  cacheDisk = await makeDisk(join(folder, 'cache.img'), [{ label: 'cache', files }])
  for (const [name, content] of [
    ['linbo64', kernel],
    ['linbofs64', 'x'.repeat(1000)],
  ] as const) {
    await rm(join(root, name))
    await writeFile(join(root, name), content)
  }
  await lab.api.putText('/groups/lab/start-conf', conf('lab', '/dev/sda1'))
  await lab.api.putText('/groups/thin/start-conf', conf('thin', ''))
  for (const [number, { name, group }] of machines.entries()) {
    if (!group) continue
    const ip = `${lab.network.prefix}.${60 + number}`
    await lab.api.post('/hosts', { hostname: name, mac: macOf(number), ip, group, room: 'r1' })
  }
  const ofTheHost = join(root, 'boot/grub/hostcfg/grub-host.cfg')
  await rm(ofTheHost)
  await writeFile(ofTheHost, own('of-the-host'))
}, 240_000)

afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const macOf = (number: number) => `52:54:00:77:02:0${number}`
const options = 'quiet splash dhcpretry=6'
const machines: {
  name: string
  firmware: Firmware
  group?: string
  hasCache?: boolean
  says: string
}[] = [
  { name: 'grub-host', firmware: 'uefi', group: 'lab', says: 'of-the-host' },
  { name: 'grub-group', firmware: 'uefi', group: 'lab', says: `${options} netboot` },
  {
    name: 'grub-cache',
    firmware: 'uefi',
    group: 'lab',
    hasCache: true,
    says: `${options} localboot`,
  },
  {
    name: 'grub-thin',
    firmware: 'uefi',
    group: 'thin',
    says: 'quiet splash netboot nomodeset dhcpretry=6',
  },
  { name: 'grub-unknown', firmware: 'uefi', says: 'quiet netboot nomodeset' },
  { name: 'grub-bios', firmware: 'bios', group: 'lab', says: `${options} netboot` },
  {
    name: 'grub-bios-cache',
    firmware: 'bios',
    group: 'lab',
    hasCache: true,
    says: `${options} localboot`,
  },
]

describe('a machine is given', () => {
  it.concurrent.each(machines.map((machine, number) => ({ ...machine, number })))(
    '$says as $name',
    async ({ name, firmware, hasCache, says, number }) => {
      await using machine = await powerOn(lab.network, {
        ...{ name, firmware, folder, mac: macOf(number), diskMiB: 64, memoryMiB: 256 },
        ...(hasCache ? { disk: cacheDisk } : {}),
      })
      try {
        const told = await machine.serial.waitFor(/BOOT_IMAGE=\/linbo64 ([^\r\n]*)\n/, 150_000)
        expect(told[1]?.trim()).toBe(says)
      } finally {
        await writeFile(join(output, `${name}.serial.log`), machine.serial.text())
      }
    },
  )
})
