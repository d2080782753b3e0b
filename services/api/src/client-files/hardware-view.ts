import { z } from '@hono/zod-openapi'
import type { Hardware } from '@linbo/formats'

const text = z.string().nullable()
const count = z.number().nullable()

const disk = z.object({
  device: z.string(),
  model: text,
  serial: text,
  sizeBytes: count,
  bus: z.enum(['nvme', 'sata', 'ide', 'usb', 'mmc', 'virtio', 'scsi', 'unknown']),
  revision: text,
})
const networkCard = z.object({
  device: text,
  mac: text,
  model: text,
  driver: text,
  id: text.openapi({ description: 'vendor and device of PCI or USB', example: '8086:15bb' }),
  isWireless: z.boolean(),
  hasLink: z.boolean().nullable(),
  speedMbps: count,
})

/** What `parseHwinfo` tells. */
export const hardwareSchema = z
  .object({
    system: z.object({
      vendor: text,
      product: text,
      version: text,
      serial: text,
      chassis: text,
    }),
    board: z.object({ vendor: text, product: text, version: text }),
    bios: z.object({ vendor: text, version: text, date: text }),
    cpu: z.object({ model: text, vendor: text, arch: text, cores: count, threads: z.number() }),
    memory: z.object({
      sizeBytes: count,
      modules: z.array(
        z.object({
          slot: text,
          sizeBytes: z.number(),
          type: text,
          speedMhz: count,
          vendor: text,
          part: text,
        }),
      ),
    }),
    disks: z.array(disk),
    networkCards: z.array(networkCard),
    graphics: z.array(z.object({ model: text, driver: text, id: text })),
    missingFirmware: z.array(z.string()),
    firmwareErrors: z.array(z.string()),
  })
  .openapi('Hardware') satisfies z.ZodType<Hardware>

/** Hardware as it was stored; undefined when an older server stored something else. */
export function storedHardware(facts: object | undefined): Hardware | undefined {
  const read = hardwareSchema.safeParse(facts)
  return read.success ? read.data : undefined
}
