import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppDeps } from './deps.ts'
import { apiError } from './errors.ts'
import { limitBody } from './http/body-limit.ts'
import { pagePolicy } from './http/dashboard.ts'
import {
  authenticate,
  countRequests,
  refuseDotSegments,
  securityHeaders,
} from './http/middleware.ts'
import { type ApiDocument, printReference } from './http/reference.ts'
import { problemOf, problemType } from './problem.ts'
import { type AppEnv, createRouter } from './router.ts'
import { auditLog } from './routes/audit.ts'
import { boot } from './routes/boot.ts'
import { bootFiles } from './routes/boot-files.ts'
import { bootIso } from './routes/boot-iso.ts'
import { bootPackages } from './routes/boot-packages.ts'
import { bootSets } from './routes/boot-sets.ts'
import { boots } from './routes/boots.ts'
import { devices } from './routes/devices.ts'
import { dhcp } from './routes/dhcp.ts'
import { events } from './routes/events.ts'
import { groupDiff } from './routes/group-diff.ts'
import { groupNames } from './routes/group-names.ts'
import { groupStartConf } from './routes/group-start-conf.ts'
import { groupVersions } from './routes/group-versions.ts'
import { groups } from './routes/groups.ts'
import { groupGrub, grubConfigs, hostGrub, startConfGrub } from './routes/grub.ts'
import { health } from './routes/health.ts'
import { hostFiles, strangerFiles } from './routes/host-files.ts'
import { hosts } from './routes/hosts.ts'
import { imageStatus, inventory } from './routes/inventory.ts'
import { leases } from './routes/leases.ts'
import { logs } from './routes/logs.ts'
import { operations } from './routes/operations.ts'
import { registrations } from './routes/registrations.ts'
import { rooms } from './routes/rooms.ts'
import { session } from './routes/session.ts'
import { settings } from './routes/settings.ts'
import { startConf } from './routes/start-conf.ts'
import { status } from './routes/status.ts'
import { transfers } from './routes/transfers.ts'
import { unknownMachines } from './routes/unknown-machines.ts'

/** The whole HTTP side as a function from request to response; it never listens. */
export function createApp(deps: AppDeps) {
  const app = createRouter()
  app.use(countRequests(deps.metrics, deps.now))
  app.use(securityHeaders)
  app.use(refuseDotSegments)
  app.use(
    limitBody(
      deps.bodyBytes,
      () => {
        throw apiError(
          'REQUEST_TOO_LARGE',
          `the body has more than ${deps.bodyBytes} bytes`,
          'Send less, or raise LINBO_HTTP_BODY_BYTES.',
        )
      },
      (method, path) => method === 'POST' && path === '/api/v1/boot-packages',
    ),
  )
  app.use('/api/v1/*', authenticate(deps))
  app.onError((error, c) => {
    const problem = problemOf(error, { isSignedIn: c.get('who') !== undefined })
    if (problem.status >= 500) deps.log.error({ err: error, path: c.req.path }, 'request failed')
    const { status } = problem
    return c.body(JSON.stringify(problem), status, { 'Content-Type': problemType })
  })

  const routed = app
    .route('/', health(deps))
    .route('/', boot(deps))
    .route('/api/v1/hosts', devices(deps))
    .route('/api/v1/hosts', hosts(deps))
    .route('/api/v1/rooms', rooms(deps))
    .route('/api/v1/groups', groups(deps))
    .route('/api/v1/groups', groupStartConf(deps))
    .route('/api/v1/groups', groupVersions(deps))
    .route('/api/v1/groups', groupDiff(deps))
    .route('/api/v1/groups', groupNames(deps))
    .route('/api/v1/groups', groupGrub(deps))
    .route('/api/v1/hosts', hostGrub(deps))
    .route('/api/v1/start-conf', startConf())
    .route('/api/v1/start-conf', startConfGrub())
    .route('/api/v1/grub', grubConfigs(deps))
    .route('/api/v1/operations', operations(deps))
    .route('/api/v1/transfers', transfers(deps))
    .route('/api/v1/boots', boots(deps))
    .route('/api/v1/leases', leases(deps))
    .route('/api/v1/dhcp', dhcp(deps))
    .route('/api/v1/audit', auditLog(deps))
    .route('/api/v1/boot-files/iso', bootIso(deps))
    .route('/api/v1/boot-files', bootFiles(deps))
    .route('/api/v1/boot-packages', bootPackages(deps))
    .route('/api/v1/boot-sets', bootSets(deps))
    .route('/api/v1/hosts', hostFiles(deps))
    .route('/api/v1/registrations', registrations(deps))
    .route('/api/v1/unknown-machines', unknownMachines(deps))
    .route('/api/v1/unknown-machines', strangerFiles(deps))
    .route('/api/v1/inventory', inventory(deps))
    .route('/api/v1/image-status', imageStatus(deps))
    .route('/api/v1/logs', logs(deps))
    .route('/api/v1/settings', settings(deps))
    .route('/api/v1/status', status(deps))
    .route('/api/v1/session', session(deps))
    .route('/api/v1/events', events(deps))

  serveDocument(app, deps.version)
  app.all('/api/*', (c) => {
    throw apiError(
      'ROUTE_UNKNOWN',
      `there is no ${c.req.method} ${c.req.path}`,
      '/api/reference lists what there is.',
    )
  })
  app.get('/*', async (c) => {
    const file = await deps.dashboard.serve(c.req.path)
    if (!file) throw apiError('ROUTE_UNKNOWN', 'there is no such page or file')
    const known = file.headers.get('etag')
    if (known && c.req.header('if-none-match') === known) {
      return new Response(null, { status: 304, headers: file.headers })
    }
    return file
  })
  app.notFound(() => {
    throw apiError('ROUTE_UNKNOWN', 'there is nothing here for this method')
  })
  return routed
}

/** For `hc<Api>` clients. */
export type Api = ReturnType<typeof createApp>

function serveDocument(app: OpenAPIHono<AppEnv>, version: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'the admin token',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'linbo_session',
  })
  let document: ApiDocument | undefined
  const describe = () => {
    document ??= withProblems(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'LINBO suite API',
          version,
          description:
            'Lists come as { items, next }; send next as cursor for the page after it. Everything below ' +
            '/api/v1 needs "Authorization: Bearer <token>" or a session.',
        },
        servers: [{ url: '/' }],
        security: [{ bearer: [] }, { session: [] }],
      }) as unknown as ApiDocument,
    )
    return document
  }
  app.get('/api/v1/openapi.json', (c) => c.json(describe()))
  app.get('/api/reference', (c) => {
    const html = printReference(describe())
    return c.html(html, 200, { 'Content-Security-Policy': pagePolicy(html) })
  })
}

/** Every operation can answer with a problem document. */
function withProblems(document: ApiDocument): ApiDocument {
  const text = { type: 'string' }
  const problem = {
    type: 'object',
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      code: text,
      detail: text,
      fix: { type: ['string', 'null'] },
    },
    required: ['type', 'title', 'status', 'code', 'detail', 'fix'],
  }
  document.components ??= {}
  document.components.schemas = { ...document.components.schemas, Problem: problem }
  const answer = {
    description: 'A problem (RFC 9457)',
    content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(methods)) {
      operation.responses = { ...operation.responses, default: answer }
    }
  }
  return document
}
