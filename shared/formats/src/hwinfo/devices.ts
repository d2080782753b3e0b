import { parseMac } from '../mac.ts'
import { type HwinfoBlock, textOf } from './blocks.ts'
import type { Disk, Hardware, NetworkCard } from './hardware.ts'

const mostDevices = 64

export function readDisks(blocks: HwinfoBlock[], partitions: string[]): Disk[] {
  const sizes = new Map<string, number>(
    partitions.flatMap((line) => {
      const [, kib, name] = /^\d+\s+\d+\s+(\d{1,15})\s+(\S+)$/.exec(line) ?? []
      return name === undefined ? [] : [[`/dev/${name}`, Number(kib) * 1024] as const]
    }),
  )
  return blocks
    .filter((one) => one.hardwareClass === 'disk')
    .flatMap((block) => {
      const device = /^\/dev\/\S+/.exec(textOf(block.fields, 'Device File') ?? '')?.[0]
      if (!device) return []
      const named = namedBy(textOf(block.fields, 'Device Files') ?? '')
      return [
        {
          device,
          model: named?.model ?? textOf(block.fields, 'Model'),
          serial: textOf(block.fields, 'Serial ID') ?? named?.serial ?? null,
          sizeBytes: sizeOf(block) ?? sizes.get(device) ?? null,
          bus: busOf(block, device),
          revision: textOf(block.fields, 'Revision'),
        },
      ]
    })
    .slice(0, mostDevices)
}

/** udev's name of a disk tells its model, where an NVMe disk's own entry has only its controller's. */
function namedBy(files: string): { model: string; serial: string } | undefined {
  const found = /\/by-id\/(?:nvme|ata|mmc)-(?!nvme\.|eui\.)([^,/]+)_([^,/_]{3,})(?:,|$)/.exec(files)
  if (!found) return undefined
  return { model: (found[1] ?? '').replaceAll('_', ' '), serial: found[2] ?? '' }
}

function sizeOf({ fields }: HwinfoBlock): number | null {
  const exact = /\((\d{1,16}) bytes\)/.exec(textOf(fields, 'Capacity') ?? '')?.[1]
  if (exact) return Number(exact)
  const [, count, size] =
    /^(\d{1,13}) sectors a (\d{1,6}) bytes$/.exec(textOf(fields, 'Size') ?? '') ?? []
  return count === undefined ? null : Number(count) * Number(size)
}

function busOf({ bus, fields }: HwinfoBlock, device: string): Disk['bus'] {
  const drivers = fields.find((field) => field.key === 'Driver')?.value ?? ''
  if (device.startsWith('/dev/nvme')) return 'nvme'
  if (device.startsWith('/dev/mmcblk')) return 'mmc'
  if (device.startsWith('/dev/vd') || drivers.includes('virtio')) return 'virtio'
  if (bus === 'USB' || /"(?:usb-storage|uas)"/.test(drivers)) return 'usb'
  if (/"(?:ahci|sata_\w+)"/.test(drivers)) return 'sata'
  if (bus === 'IDE') return 'ide'
  return bus === 'SCSI' ? 'scsi' : 'unknown'
}

export function readNetworkCards(blocks: HwinfoBlock[], kernelLog: string[]): NetworkCard[] {
  return blocks
    .filter((one) => one.hardwareClass === 'network')
    .slice(0, mostDevices)
    .map(({ fields }) => {
      const device = textOf(fields, 'Device File')
      const mac = textOf(fields, 'Permanent HW Address') ?? textOf(fields, 'HW Address') ?? ''
      const link = textOf(fields, 'Link detected')
      return {
        device,
        mac: parseMac(mac) ?? null,
        model: textOf(fields, 'Model'),
        driver: textOf(fields, 'Driver'),
        id: idOf(fields),
        isWireless: fields.some(({ key }) => key === 'WLAN channels' || key === 'WLAN frequencies'),
        hasLink: link === null ? null : link === 'yes',
        speedMbps: device === null ? null : speedOf(device, kernelLog),
      }
    })
}

/** Drivers tell `eth0: Link is Up - 1Gbps/Full` or `eth0 NIC Link is Up 1000 Mbps Full Duplex`. */
function speedOf(device: string, kernelLog: string[]): number | null {
  for (const line of kernelLog.toReversed()) {
    const at = line.indexOf(device)
    if (at < 0) continue
    const told = /^:? (?:NIC )?Link is Up[ -]{1,3}(\d{1,6}(?:\.\d)?) ?([GM])bps/i.exec(
      line.slice(at + device.length),
    )
    if (told) return Number(told[1]) * (told[2]?.toUpperCase() === 'G' ? 1000 : 1)
  }
  return null
}

export function readGraphics(blocks: HwinfoBlock[]): Hardware['graphics'] {
  return blocks
    .filter((one) => one.hardwareClass === 'graphics card')
    .slice(0, mostDevices)
    .map(({ fields }) => ({
      model: textOf(fields, 'Model'),
      driver: textOf(fields, 'Driver'),
      id: idOf(fields),
    }))
}

/** `8086:15bb` from `Vendor: pci 0x8086 "…"` and `Device: pci 0x15bb "…"`. */
function idOf(fields: HwinfoBlock['fields']): string | null {
  const number = (key: string) => {
    const value = fields.find((field) => field.key === key)?.value ?? ''
    return /^(?:pci|usb) 0x([0-9a-f]{4})/.exec(value)?.[1]
  }
  const [vendor, device] = [number('Vendor'), number('Device')]
  return vendor && device ? `${vendor}:${device}` : null
}
