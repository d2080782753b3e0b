import { createRoute, z } from '@hono/zod-openapi'
import type { StoredPackage } from '@linbo/linbofs'
import { audit } from '../access/audit.ts'
import { json, moment, page, progressLines } from '../answers.ts'
import type { BootPackages } from '../boot-files/boot-packages.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { progressAnswer } from '../http/progress-answer.ts'
import { createRouter } from '../router.ts'

const signatureSchema = z.object({
  status: z.enum(['good', 'not-given']),
  signer: z.string().nullable(),
  fingerprint: z.string().nullable(),
})

const packageSchema = z
  .object({
    id: z.string().openapi({ example: 'linuxmuster-linbo7_7.4.11-0' }),
    name: z.string(),
    version: z.string(),
    kernelVersion: z
      .string()
      .nullable()
      .openapi({ description: 'null for the package of the GUI' }),
    sha256: z.string().openapi({ description: 'of the .deb' }),
    sizeBytes: z.number().openapi({ description: 'of the .deb' }),
    importedAt: moment,
    importedBy: z.string(),
    verification: z
      .object({
        md5sums: z.enum(['checked', 'missing']),
        kernel: z.enum(['matched', 'unreadable']).optional().openapi({
          description: 'whether linbo64 itself tells the version; not for the package of the GUI',
        }),
        sha256: z.enum(['matched', 'not-given']),
        signature: signatureSchema,
      })
      .openapi({ description: 'what was checked when it came' }),
    isActive: z.boolean().openapi({ description: 'machines get this version' }),
  })
  .openapi('BootPackage')

const fileSchema = z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() })
const wholeSchema = packageSchema.extend({ files: z.array(fileSchema) })

const activationSchema = z
  .object({
    package: z.string(),
    set: z.string().nullable().openapi({ description: 'the boot set machines get now' }),
    written: z.array(z.string()).openapi({ description: 'files put into LINBO_DIR' }),
    kept: z
      .array(z.string())
      .openapi({ description: 'files in LINBO_DIR somebody changed: they stay' }),
    warnings: z.array(z.string()),
  })
  .openapi('BootPackageActivation')

export type BootPackageView = z.infer<typeof packageSchema>
export type BootPackageActivation = z.infer<typeof activationSchema>
/** The last line of an import. */
export interface BootPackageImport {
  package: BootPackageView
  isNew: boolean
  activation: BootPackageActivation | null
}

const yes = z.enum(['true', 'false']).default('false')
const params = z.object({
  package: z
    .string()
    .max(140)
    .openapi({ description: 'its id; or its version, when only one has that' }),
})
const replace = yes.openapi({
  description: 'also replace files in LINBO_DIR that somebody changed',
})
const tags = ['boot-files']

const list = createRoute({
  ...{ method: 'get', path: '/', tags },
  summary: "The imported versions of LINBO's packages, latest first",
  responses: { 200: json(page(packageSchema), 'Packages') },
})

const show = createRoute({
  ...{ method: 'get', path: '/{package}', tags },
  summary: 'A package and its files',
  request: { params },
  responses: { 200: json(wholeSchema, 'The package') },
})

const take = createRoute({
  ...{ method: 'post', path: '/', tags },
  summary: 'Import a .deb of linuxmuster-linbo7 or linuxmuster-linbo-gui7',
  description:
    'The body is the file. It is never installed: what is known in it is taken out, verified and kept beside other versions.',
  request: {
    query: z.object({
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
        .optional()
        .openapi({ description: 'what the file must have' }),
      activate: yes.openapi({ description: 'give it to machines afterwards' }),
      replace,
    }),
    headers: z.object({
      'linbo-signature': z
        .base64()
        .optional()
        .openapi({ description: 'a detached OpenPGP signature of the file, in base64' }),
    }),
    body: {
      content: {
        'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
      },
    },
  },
  responses: { 200: progressLines('{ package, isNew, activation }') },
})

const activate = createRoute({
  ...{ method: 'post', path: '/{package}/activate', tags },
  summary: 'Build a boot set from this version and give it to machines',
  request: { params, query: z.object({ replace }) },
  responses: { 200: progressLines('the activation') },
})

const remove = createRoute({
  ...{ method: 'delete', path: '/{package}', tags },
  summary: 'Remove a version that machines do not get',
  request: { params },
  responses: { 204: { description: 'Removed' } },
})

export function bootPackages(deps: AppDeps) {
  const { bootPackages: packages, log } = deps
  const onBug = (err: unknown) => log.error({ err }, 'boot package failed')
  return createRouter()
    .openapi(list, async (c) => {
      const active = await packages.active()
      const items = (await packages.list()).map((one) => toView(one, active))
      return c.json({ items, next: null }, 200)
    })
    .openapi(show, async (c) => {
      const stored = await packages.find(c.req.valid('param').package)
      const files = Object.entries(stored.files).map(([path, digest]) => ({ path, ...digest }))
      return c.json({ ...toView(stored, await packages.active()), files }, 200)
    })
    .openapi(take, async (c) => {
      const { sha256, activate: isActivated, replace: replaces } = c.req.valid('query')
      const { 'linbo-signature': signature } = c.req.valid('header')
      const by = c.get('who') ?? 'nobody'
      const body = c.req.raw.body
      if (!body) throw apiError('REQUEST_MALFORMED', 'the body is empty', 'Send the .deb as body.')
      const length = c.req.header('content-length')
      const received = await packages.receive(
        body,
        length === undefined ? undefined : Number(length),
      )
      return progressAnswer(async (tell) => {
        const imported = await packages.take(
          received,
          {
            by,
            ...(sha256 === undefined ? {} : { expectedSha256: sha256 }),
            ...(signature === undefined ? {} : { signature: Buffer.from(signature, 'base64') }),
          },
          tell,
        )
        const { id, verification } = imported.package
        await audit(deps, c, 'boot-package.import', id, { sha256: received.sha256, verification })
        log.info({ package: id, isNew: imported.isNew }, 'boot package imported')
        const activation =
          isActivated === 'true' ? await activated(id, by, replaces === 'true', tell, c) : null
        const view = toView(imported.package, await packages.active())
        return { package: view, isNew: imported.isNew, activation } satisfies BootPackageImport
      }, onBug)
    })
    .openapi(activate, async (c) => {
      const { id } = await packages.find(c.req.valid('param').package)
      const replaces = c.req.valid('query').replace === 'true'
      const by = c.get('who') ?? 'nobody'
      return progressAnswer((tell) => activated(id, by, replaces, tell, c), onBug)
    })
    .openapi(remove, async (c) => {
      const { id } = await packages.remove(c.req.valid('param').package)
      await audit(deps, c, 'boot-package.remove', id)
      return c.body(null, 204)
    })

  async function activated(
    id: string,
    by: string,
    replaces: boolean,
    tell: Parameters<BootPackages['activate']>[2],
    c: Parameters<typeof audit>[1],
  ): Promise<BootPackageActivation> {
    const activation = await packages.activate(id, { by, replace: replaces }, tell)
    const { set, kept } = activation
    await audit(deps, c, 'boot-package.activate', id, { set, kept })
    log.info({ package: id, set }, 'boot package activated')
    return activation
  }
}

function toView(
  stored: StoredPackage,
  active: Awaited<ReturnType<BootPackages['active']>>,
): BootPackageView {
  const { id, name, version, kernelVersion = null, sha256, sizeBytes } = stored
  const { importedAt, importedBy, verification } = stored
  const { signature } = verification
  return {
    ...{ id, name, version, kernelVersion, sha256, sizeBytes, importedAt, importedBy },
    verification: {
      ...verification,
      signature:
        signature.status === 'good'
          ? signature
          : { status: signature.status, signer: null, fingerprint: null },
    },
    isActive: active.get(name) === version,
  }
}
