import { createRoute, z } from '@hono/zod-openapi'
import {
  decideRegistration,
  findUnknownMachine,
  forgetUnknownMachine,
  hideUnknownMachine,
  latestBootsOfUnknown,
  listHardware,
  listHosts,
  listRegistrations,
  listUnknownMachines,
  type UnknownMachineRow,
} from '@linbo/db'
import { parseMac } from '@linbo/formats'
import { audit } from '../access/audit.ts'
import { json, jsonBody, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { insertHost } from '../hosts/host-changes.ts'
import { groupName } from '../hosts/host-fields.ts'
import { proposeHost } from '../hosts/host-proposal.ts'
import { hostSchema, hostView } from '../hosts/host-view.ts'
import { adoption } from '../registrations/registration-fields.ts'
import { unknownSchema, unknownView } from '../registrations/unknown-view.ts'
import { createRouter } from '../router.ts'

const tags = ['unknown machines']
const key = z.object({ mac: z.string().max(17) })
const flag = z.enum(['true', 'false']).optional()
const place = { room: z.string().max(63).optional(), group: groupName.optional() }
const proposal = z
  .object({
    hostname: z.string(),
    room: z.string(),
    group: z.string(),
    ip: z.string().nullable(),
  })
  .openapi('HostProposal')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List machines that were heard of and are no hosts',
  request: {
    query: z.object({
      all: flag.openapi({ description: 'also those that never tried to boot from the network' }),
      hidden: flag.openapi({ description: 'also those that are hidden' }),
    }),
  },
  responses: { 200: json(page(unknownSchema), 'Machines; who was heard of last comes first') },
})
const propose = createRoute({
  method: 'get',
  path: '/{mac}/proposal',
  tags,
  summary: 'What it could be called: counted on from the hosts of the room',
  request: { params: key, query: z.object(place) },
  responses: { 200: json(proposal, 'The next free name and address') },
})
const adopt = createRoute({
  method: 'post',
  path: '/{mac}/adopt',
  tags,
  summary:
    'Make a host of it; what is left out is proposed. It boots as its new self the next time',
  request: { params: key, body: { ...jsonBody(adoption), required: false } },
  responses: { 201: json(hostSchema, 'The new host') },
})
const change = createRoute({
  method: 'patch',
  path: '/{mac}',
  tags,
  summary: 'Hide it, or show it again',
  request: { params: key, body: jsonBody(z.strictObject({ hidden: z.boolean() })) },
  responses: { 204: { description: 'Done' } },
})
const forget = createRoute({
  method: 'delete',
  path: '/{mac}',
  tags,
  summary: 'Forget it, until it is heard of again',
  request: { params: key },
  responses: { 204: { description: 'Forgotten' } },
})

export function unknownMachines(deps: AppDeps) {
  const { db } = deps
  const find = async (text: string): Promise<UnknownMachineRow> => {
    const mac = parseMac(text)
    const row = mac && (await findUnknownMachine(db, mac))
    if (row) return row
    throw apiError(
      'MACHINE_UNKNOWN',
      `no machine with the MAC ${text} was heard of`,
      'GET /api/v1/unknown-machines lists them; POST /api/v1/hosts adds any host.',
    )
  }
  const proposed = async (wanted: { room?: string | undefined; group?: string | undefined }) =>
    proposeHost(await listHosts(db), await listRegistrations(db, { state: 'pending' }), wanted)
  return createRouter()
    .openapi(list, async (c) => {
      const { all, hidden } = c.req.valid('query')
      const rows = (await listUnknownMachines(db)).filter(
        (row) => (all === 'true' || row.boots > 0) && (hidden === 'true' || !row.is_hidden),
      )
      const macs = rows.map((row) => row.mac)
      const waiting = await listRegistrations(db, { state: 'pending' })
      const registrationOf = new Map(waiting.map((row) => [row.mac, row.id]))
      const boots = new Map((await latestBootsOfUnknown(db, macs)).map((row) => [row.mac, row]))
      const facts = new Map((await listHardware(db, macs)).map((row) => [row.mac, row.facts]))
      const items = rows.map((row) =>
        unknownView(row, {
          boot: boots.get(row.mac),
          registration: registrationOf.get(row.mac),
          facts: facts.get(row.mac),
        }),
      )
      return c.json({ items, next: null }, 200)
    })
    .openapi(propose, async (c) => {
      await find(c.req.valid('param').mac)
      const found = await proposed(c.req.valid('query'))
      if (!found) throw nothingToCountOn()
      return c.json(found, 200)
    })
    .openapi(adopt, async (c) => {
      const { mac } = await find(c.req.valid('param').mac)
      const told = c.req.valid('json') ?? {}
      const guess = await proposed(told)
      const hostname = told.hostname ?? guess?.hostname
      const [room, group] = [told.room ?? guess?.room, told.group ?? guess?.group]
      if (!hostname || !room || !group) throw nothingToCountOn()
      const ip = told.ip === undefined ? (guess?.ip ?? null) : told.ip
      const { role, pxe, school, comment } = told
      const more = Object.entries({ role, pxe, school, comment }).filter(
        ([, value]) => value !== undefined,
      )
      const by = c.get('who') ?? 'nobody'
      const at = new Date(deps.now())
      const waiting = await listRegistrations(db, { state: 'pending' })
      const host = await db.transaction().execute(async (trx) => {
        const fields = { mac, ip, room, group, ...Object.fromEntries(more) }
        const host = await insertHost(trx, { hostname, ...fields })
        await forgetUnknownMachine(trx, mac)
        const asked = waiting.find((row) => row.mac === mac)
        const reason = `adopted as ${hostname}`
        if (asked) await decideRegistration(trx, asked.id, { state: 'approved', by, reason, at })
        return host
      })
      await audit(deps, c, 'host.adopt', host.hostname, { mac, ip, room, group })
      await deps.bootConfigs.publish()
      const location = `/api/v1/hosts/${host.hostname}`
      return c.json(hostView(host, undefined, undefined), 201, { Location: location })
    })
    .openapi(change, async (c) => {
      const { mac } = await find(c.req.valid('param').mac)
      const { hidden } = c.req.valid('json')
      await hideUnknownMachine(db, mac, hidden)
      await audit(deps, c, hidden ? 'machine.hide' : 'machine.show', mac)
      return c.body(null, 204)
    })
    .openapi(forget, async (c) => {
      const { mac } = await find(c.req.valid('param').mac)
      await forgetUnknownMachine(db, mac)
      await audit(deps, c, 'machine.forget', mac)
      return c.body(null, 204)
    })
}

function nothingToCountOn() {
  return apiError(
    'ADOPTION_INCOMPLETE',
    'there is no host to count on from',
    'Give hostname, room and group.',
  )
}
