import { createRoute, z } from '@hono/zod-openapi'
import { passwordHashOf, whyNotPassword } from '@linbo/linbofs'
import { readUploadPassword, writeUploadPassword } from '@linbo/ssh'
import { audit } from '../access/audit.ts'
import { json, jsonBody } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { problemOf } from '../problem.ts'
import { createRouter } from '../router.ts'

const stateSchema = z
  .object({
    isSet: z.boolean().openapi({
      description: 'a person chose it; otherwise it is a random one that nobody knows',
    }),
  })
  .openapi('LinboPassword')

const changedSchema = z
  .object({
    isSet: z.literal(true),
    set: z.string().nullable().openapi({ description: 'the boot set that knows its hash' }),
    problem: z
      .object({ code: z.string(), detail: z.string(), fix: z.string().nullable() })
      .nullable()
      .openapi({ description: 'why no boot set could be built with it' }),
  })
  .openapi('LinboPasswordChange')

export type LinboPasswordChange = z.infer<typeof changedSchema>

const read = createRoute({
  method: 'get',
  path: '/',
  tags: ['settings'],
  summary: 'Whether a LINBO password was chosen',
  responses: { 200: json(stateSchema, 'State of the password') },
})

const change = createRoute({
  method: 'put',
  path: '/',
  tags: ['settings'],
  summary: 'Set the LINBO password',
  description:
    'It opens the console and the imaging pages of a client and allows uploads. What machines boot from is built anew with ' +
    'its hash; a running client knows the old one until it starts again.',
  request: { body: jsonBody(z.object({ password: z.string().max(200) })) },
  responses: { 200: json(changedSchema, 'The password was set') },
})

export function linboPassword(deps: AppDeps) {
  const { bootBuilder, dataDir } = deps
  return createRouter()
    .openapi(read, async (c) => {
      const { isRandom } = await readUploadPassword(dataDir)
      return c.json({ isSet: !isRandom }, 200)
    })
    .openapi(change, async (c) => {
      const { password } = c.req.valid('json')
      const reason = whyNotPassword(password)
      if (reason) throw apiError('LINBO_PASSWORD', `the password ${reason}`, 'Choose another one.')
      // The hash first: it takes longest, and may fail.
      await passwordHashOf(dataDir, password)
      await writeUploadPassword(dataDir, password)
      await audit(deps, c, 'linbo-password.set', 'linbo')
      try {
        const { set } = await bootBuilder.build({ by: c.get('who') ?? 'nobody' })
        return c.json({ isSet: true as const, set, problem: null }, 200)
      } catch (error) {
        const { code, detail, fix } = problemOf(error, { isSignedIn: true })
        deps.log.warn({ err: error }, 'the LINBO password was set, but no boot set built with it')
        return c.json({ isSet: true as const, set: null, problem: { code, detail, fix } }, 200)
      }
    })
}
