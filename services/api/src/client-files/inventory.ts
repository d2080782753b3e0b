import { z } from '@hono/zod-openapi'
import { type Db, type HostFilter, listHardware, listHosts } from '@linbo/db'
import { moment } from '../answers.ts'
import { hardwareSchema, storedHardware } from './hardware-view.ts'

export const inventoryItem = z
  .object({
    hostname: z.string(),
    mac: z.string(),
    ip: z.string().nullable(),
    room: z.string(),
    group: z.string(),
    at: moment.nullable().openapi({ description: 'when the list of its hardware came' }),
    hardware: hardwareSchema.nullable(),
  })
  .openapi('InventoryItem')

export type InventoryItem = z.infer<typeof inventoryItem>

/**
 * The hosts with what they are made of.
 * @param filter.search words that all have to stand somewhere in a host's fields or hardware
 */
export async function readInventory(
  db: Db,
  filter: Pick<HostFilter, 'room' | 'group' | 'school'> & { search?: string | undefined },
): Promise<InventoryItem[]> {
  const { search = '', ...place } = filter
  const hosts = await listHosts(db, place)
  const rows = await listHardware(db, hosts.length > 500 ? undefined : hosts.map((one) => one.mac))
  const byMac = new Map(rows.map((row) => [row.mac, row]))
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return hosts.flatMap((host) => {
    const row = byMac.get(host.mac)
    const { hostname, mac, ip, room, group } = host
    const hardware = storedHardware(row?.facts) ?? null
    const item = { hostname, mac, ip, room, group, at: row?.at.toISOString() ?? null, hardware }
    if (words.length === 0) return [item]
    const said = textOf(item).join('\n').toLowerCase()
    return words.every((word) => said.includes(word)) ? [item] : []
  })
}

/** Every text and number in it, but no field names. */
function textOf(value: unknown): string[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [String(value)]
  return Object.values(value).flatMap(textOf)
}

const columns: [string, (item: InventoryItem) => string | number | null | undefined][] = [
  ['hostname', (one) => one.hostname],
  ['room', (one) => one.room],
  ['group', (one) => one.group],
  ['mac', (one) => one.mac],
  ['ip', (one) => one.ip],
  ['vendor', (one) => one.hardware?.system.vendor],
  ['product', (one) => one.hardware?.system.product],
  ['serial', (one) => one.hardware?.system.serial],
  ['board', (one) => one.hardware?.board.product],
  ['bios', (one) => one.hardware?.bios.version],
  ['bios_date', (one) => one.hardware?.bios.date],
  ['cpu', (one) => one.hardware?.cpu.model],
  ['cores', (one) => one.hardware?.cpu.cores],
  ['memory_gib', (one) => gibOf(one.hardware?.memory.sizeBytes)],
  ['disks', (one) => one.hardware?.disks.map(diskText).join('; ')],
  ['network', (one) => one.hardware?.networkCards.map(cardText).join('; ')],
  ['graphics', (one) => one.hardware?.graphics.map((card) => card.model).join('; ')],
  ['missing_firmware', (one) => one.hardware?.missingFirmware.join('; ')],
  ['at', (one) => one.at],
]

/** A table for spreadsheets (RFC 4180). */
export function printInventory(items: InventoryItem[]): string {
  const lines = [columns.map(([name]) => name).join(',')]
  for (const item of items) lines.push(columns.map(([, of]) => cell(of(item))).join(','))
  return `${lines.join('\r\n')}\r\n`
}

/** Spreadsheets take texts that begin like a formula for one; what machines say must not become one. */
function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '')
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function gibOf(bytes: number | null | undefined): string | null {
  return bytes ? String(Math.round((bytes / 2 ** 30) * 10) / 10) : null
}

type Parts = NonNullable<InventoryItem['hardware']>

function diskText({ device, model, sizeBytes, bus }: Parts['disks'][number]): string {
  const size = sizeBytes ? `${Math.round(sizeBytes / 1e9)} GB` : null
  return [device, model, size, bus === 'unknown' ? null : bus].filter(Boolean).join(' ')
}

function cardText({ device, mac, model }: Parts['networkCards'][number]): string {
  return [device, mac, model].filter(Boolean).join(' ')
}
