import type { Hardware } from '@linbo/formats'
import { http } from '#lib/http.ts'
import type { Page } from '#lib/resources.ts'

export interface InventoryItem {
  hostname: string
  mac: string
  ip: string | null
  room: string
  group: string
  /** When the list of its hardware came. */
  at: string | null
  hardware: Hardware | null
}

export interface HostHardware {
  at: string | null
  hardware: Hardware | null
  linboVersion: string | null
  missingFirmware: { name: string; at: string }[]
  errors: { time: string | null; text: string }[]
}

export interface ImageUse {
  image: string
  kind: 'applied' | 'created'
  /** By the client's clock. */
  clientTime: string
  /** `timestamp` of the image it was. */
  version: string | null
  /** Null when one is not known. */
  isCurrent: boolean | null
}

export interface LogFile {
  name: string
  sizeBytes: number
  changedAt: string
}

export interface LogText {
  /** How many lines the file has. */
  total: number
  /** How many of them fit. */
  found: number
  lines: { number: number; text: string; time: string | null }[]
}

const host = (hostname: string, rest: string) => `/hosts/${encodeURIComponent(hostname)}/${rest}`

export const inventoryApi = {
  list: async (search: string) =>
    (await http.get<Page<InventoryItem>>('/inventory', { search })).items,
  hardware: (hostname: string) => http.get<HostHardware>(host(hostname, 'hardware')),
  images: async (hostname: string) =>
    (await http.get<Page<ImageUse>>(host(hostname, 'image-status'))).items,
  logs: async (hostname: string) => (await http.get<Page<LogFile>>(host(hostname, 'logs'))).items,
  log: (hostname: string, name: string, search: string) =>
    http.get<LogText>(host(hostname, `logs/${encodeURIComponent(name)}`), { search, tail: 2000 }),
}
