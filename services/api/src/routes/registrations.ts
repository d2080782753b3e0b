import { createRoute, z } from '@hono/zod-openapi'
import {
  changeRegistration,
  findRegistration,
  listHosts,
  listRegistrations,
  type RegistrationRow,
  saveRegistrationRules,
} from '@linbo/db'
import { audit } from '../access/audit.ts'
import { json, jsonBody, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import {
  approve,
  decidedAlready,
  reject,
  unknownRegistration,
} from '../registrations/registration-approval.ts'
import { registrationChange } from '../registrations/registration-fields.ts'
import { readRules } from '../registrations/registration-keeper.ts'
import { registrationRules } from '../registrations/registration-rules.ts'
import {
  registrationSchema,
  registrationStates,
  registrationView,
  type Surroundings,
} from '../registrations/registration-view.ts'
import { createRouter } from '../router.ts'

const tags = ['registrations']
const key = z.object({ id: z.string().max(100) })
const reason = z.string().trim().max(500).nullable().default(null)
const approval = {
  replace: z.boolean().default(false).openapi({
    description: 'take the place of the host that has its name, and of the one that has its MAC',
  }),
}
const outcome = z
  .object({
    id: z.string(),
    hostname: z.string().nullable(),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('ApprovalOutcome')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the machines that asked to become hosts',
  request: { query: z.object({ state: z.enum(registrationStates).optional() }) },
  responses: { 200: json(page(registrationSchema), 'Registrations; who asked last comes first') },
})
const readRulesRoute = createRoute({
  method: 'get',
  path: '/rules',
  tags,
  summary: 'The rules by which registrations are approved without asking',
  responses: { 200: json(registrationRules, 'The rules') },
})
const saveRulesRoute = createRoute({
  method: 'put',
  path: '/rules',
  tags,
  summary: 'Set the rules; what waits is looked at anew',
  request: { body: jsonBody(registrationRules) },
  responses: { 200: json(registrationRules, 'The rules') },
})
const approveMany = createRoute({
  method: 'post',
  path: '/approve',
  tags,
  summary: 'Approve several registrations, or all that wait',
  request: {
    body: jsonBody(
      z.strictObject({
        ids: z.array(z.string().max(100)).max(1000).optional().openapi({
          description: 'all that wait, when left out',
        }),
        ...approval,
      }),
    ),
  },
  responses: {
    200: json(z.object({ items: z.array(outcome) }), 'What became of each; others go on'),
  },
})
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One registration',
  request: { params: key },
  responses: { 200: json(registrationSchema, 'The registration') },
})
const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  summary: 'Change what a machine asked for, while it waits',
  request: { params: key, body: jsonBody(registrationChange) },
  responses: { 200: json(registrationSchema, 'The changed registration') },
})
const approveOne = createRoute({
  method: 'post',
  path: '/{id}/approve',
  tags,
  summary: 'Make a host of it; the machine boots as itself the next time',
  request: { params: key, body: { ...jsonBody(z.strictObject(approval)), required: false } },
  responses: { 200: json(registrationSchema, 'The approved registration') },
})
const rejectOne = createRoute({
  method: 'post',
  path: '/{id}/reject',
  tags,
  summary: 'Reject it',
  request: { params: key, body: { ...jsonBody(z.strictObject({ reason })), required: false } },
  responses: { 200: json(registrationSchema, 'The rejected registration') },
})

export function registrations(deps: AppDeps) {
  const { db } = deps
  const around = async (): Promise<Surroundings> => ({
    hosts: await listHosts(db),
    pending: await listRegistrations(db, { state: 'pending' }),
    groups: new Set(await deps.startConfs.list()),
  })
  const view = async (row: RegistrationRow) => registrationView(row, await around())
  return createRouter()
    .openapi(list, async (c) => {
      const { state } = c.req.valid('query')
      const rows = await listRegistrations(db, state ? { state } : {})
      const beside = await around()
      return c.json({ items: rows.map((row) => registrationView(row, beside)), next: null }, 200)
    })
    .openapi(readRulesRoute, async (c) => c.json(await readRules(db), 200))
    .openapi(saveRulesRoute, async (c) => {
      const rules = c.req.valid('json')
      await saveRegistrationRules(db, rules)
      await audit(deps, c, 'registration.rules', 'rules', rules)
      await deps.registrations.look()
      return c.json(rules, 200)
    })
    .openapi(approveMany, async (c) => {
      const { ids, replace } = c.req.valid('json')
      const waiting = await listRegistrations(db, { state: 'pending' })
      // Who asked first is first.
      const chosen = ids ?? waiting.map((row) => row.id).reverse()
      const by = c.get('who') ?? 'nobody'
      const items: z.infer<typeof outcome>[] = []
      const approved: string[] = []
      const quietly = { ...deps, bootConfigs: { publish: async () => {} } }
      for (const id of chosen) {
        try {
          const { host } = await approve(quietly, id, { by, replace, reason: null })
          items.push({ id, hostname: host.hostname, problem: null })
          approved.push(host.hostname)
        } catch (error) {
          const { code, message } = error as { code?: string; message: string }
          if (!code) throw error
          items.push({ id, hostname: null, problem: { code, detail: message } })
        }
      }
      if (approved.length > 0) {
        await audit(deps, c, 'registration.approve', 'several', { hosts: approved, replace })
        await deps.bootConfigs.publish()
      }
      return c.json({ items }, 200)
    })
    .openapi(read, async (c) => {
      const { id } = c.req.valid('param')
      const row = await findRegistration(db, id)
      if (!row) throw unknownRegistration(id)
      return c.json(await view(row), 200)
    })
    .openapi(change, async (c) => {
      const { id } = c.req.valid('param')
      const changes = c.req.valid('json')
      await refuseTwice(deps, id, changes.mac)
      const row = await changeRegistration(
        db,
        id,
        Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
      )
      if (!row) {
        const known = await findRegistration(db, id)
        throw known ? decidedAlready(known) : unknownRegistration(id)
      }
      await audit(deps, c, 'registration.change', row.hostname, { id, ...changes })
      return c.json(await view(row), 200)
    })
    .openapi(approveOne, async (c) => {
      const { id } = c.req.valid('param')
      const { replace = false } = c.req.valid('json') ?? {}
      const by = c.get('who') ?? 'nobody'
      const { host, registration } = await approve(deps, id, { by, replace, reason: null })
      const { mac, ip, room, group } = host
      const detail = { registration: id, mac, ip, room, group, replace }
      await audit(deps, c, 'registration.approve', host.hostname, detail)
      return c.json(await view(registration), 200)
    })
    .openapi(rejectOne, async (c) => {
      const { id } = c.req.valid('param')
      const { reason = null } = c.req.valid('json') ?? {}
      const row = await reject(deps, id, { by: c.get('who') ?? 'nobody', reason })
      await audit(deps, c, 'registration.reject', row.hostname, { id, mac: row.mac, reason })
      return c.json(await view(row), 200)
    })
}

/** Only one registration of a MAC can wait. */
async function refuseTwice({ db }: AppDeps, id: string, mac: string | undefined): Promise<void> {
  if (mac === undefined) return
  const waiting = await listRegistrations(db, { state: 'pending' })
  const other = waiting.find((row) => row.mac === mac && row.id !== id)
  if (!other) return
  throw apiError(
    'REGISTRATION_CONFLICT',
    `${other.hostname} waits with the MAC ${mac} already`,
    'Use another MAC, or reject the other registration.',
  )
}
