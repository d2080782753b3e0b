import { z } from '@hono/zod-openapi'
import type { RegistrationRow } from '@linbo/db'
import { parseIpv4 } from '@linbo/formats'
import { moment } from '../answers.ts'
import { fitsGlob } from './glob.ts'

const glob = z
  .string()
  .regex(/^[A-Za-z0-9*?_-]{1,63}$/, 'a pattern has letters, digits, - and _, * and ?')
  .nullable()
  .default(null)

const subnet = z
  .string()
  .refine((text) => parseSubnet(text) !== undefined, 'a network is written as 10.16.0.0/16')

const rule = z.strictObject({
  rooms: glob.openapi({ description: 'pattern of the room; null: any', example: 'r2*' }),
  hostnames: glob.openapi({ description: 'pattern of the host name; null: any' }),
  groups: glob.openapi({ description: 'pattern of the group; null: any' }),
  groupExists: z
    .boolean()
    .default(true)
    .openapi({ description: 'only groups that have a start.conf' }),
  subnet: subnet
    .nullable()
    .default(null)
    .openapi({ description: 'of the address it wants, or has when it wants one of the pool' }),
})

export const registrationRules = z
  .strictObject({
    enabled: z.boolean(),
    until: moment
      .refine((text) => !Number.isNaN(Date.parse(text)), 'a time is written as 2026-11-21T18:00Z')
      .nullable()
      .default(null)
      .openapi({ description: 'no rule applies after this moment; null: for ever' }),
    rules: z.array(rule).max(50).default([]),
  })
  .openapi('RegistrationRules')

export type RegistrationRules = z.infer<typeof registrationRules>

/** Nothing is approved by itself. */
export const noRules: RegistrationRules = { enabled: false, until: null, rules: [] }

type Asked = Pick<RegistrationRow, 'hostname' | 'room' | 'group' | 'ip' | 'from_ip'>

/**
 * The number, from 1, of the first rule by which this registration is approved without asking.
 * @param hasStartConf whether its group has one
 * @param now milliseconds since 1970
 */
export function ruleFor(
  { enabled, until, rules }: RegistrationRules,
  asked: Asked,
  hasStartConf: boolean,
  now: number,
): number | undefined {
  if (!enabled || (until !== null && now > Date.parse(until))) return undefined
  const index = rules.findIndex(
    (one) =>
      (one.rooms === null || fitsGlob(one.rooms, asked.room)) &&
      (one.hostnames === null || fitsGlob(one.hostnames, asked.hostname)) &&
      (one.groups === null || fitsGlob(one.groups, asked.group)) &&
      (!one.groupExists || hasStartConf) &&
      (one.subnet === null || isIn(one.subnet, asked.ip ?? asked.from_ip ?? '')),
  )
  return index < 0 ? undefined : index + 1
}

function isIn(network: string, ip: string): boolean {
  const known = parseSubnet(network)
  const address = numberOf(ip)
  if (!known || address === undefined) return false
  const size = 2 ** (32 - known.bits)
  return Math.floor(address / size) === Math.floor(known.address / size)
}

function parseSubnet(text: string): { address: number; bits: number } | undefined {
  const [, ip = '', bits = ''] = /^([\d.]{7,15})\/(\d{1,2})$/.exec(text) ?? []
  const address = numberOf(ip)
  return address === undefined || Number(bits) > 32 ? undefined : { address, bits: Number(bits) }
}

function numberOf(ip: string): number | undefined {
  return parseIpv4(ip)?.reduce((sum, part) => sum * 256 + part, 0)
}
