import type { StartConfSource, StartConfVersion } from '@linbo/db'
import { decodeText, parseStartConf } from '@linbo/formats'
import type { Context } from 'hono'
import { audit } from '../access/audit.ts'
import type { AppDeps } from '../deps.ts'
import { apiError, ExtendedError } from '../errors.ts'
import type { AppEnv } from '../router.ts'
import { longestStartConf } from './start-conf-files.ts'
import type { Expected, Outcome } from './start-conf-history.ts'
import { versionView } from './start-conf-view.ts'

type Deps = Pick<AppDeps, 'db' | 'history' | 'bootConfigs'>

export interface SaveOptions {
  source?: StartConfSource
  comment?: string | undefined
  expected?: Expected
  /** For the audit log. */
  action: string
  detail?: Record<string, unknown>
}

/**
 * Writes a group's start.conf, or removes it, for whoever is signed in: history, audit log, machines that boot.
 * @throws LinboError `START_CONF_BROKEN`, `START_CONF_CONFLICT`, `REQUEST_TOO_LARGE`
 */
export async function saveStartConf(
  deps: Deps,
  c: Context<AppEnv>,
  group: string,
  bytes: Uint8Array | null,
  options: SaveOptions,
): Promise<StartConfVersion | undefined> {
  const { expected = { kind: 'anything' }, comment = '', action, detail } = options
  if (bytes) refuseBroken(group, bytes)
  const outcome = await deps.history.change(group, {
    ...{ bytes, expected, comment, author: authorOf(c) },
    source: options.source ?? sourceKind(c),
  })
  if (outcome.kind !== 'changed') {
    if (outcome.noticed) await deps.bootConfigs.startConfChanged(outcome.noticed)
    if (outcome.kind === 'conflict') throw conflict(group, outcome)
    return undefined
  }
  const { version } = outcome
  await audit(deps, c, action, group, { version: version.number, ...detail })
  await deps.bootConfigs.startConfChanged(version)
  return version
}

export function authorOf(c: Context<AppEnv>): string {
  return c.get('who') ?? 'nobody'
}

/** The command line says so in its `User-Agent`. */
function sourceKind(c: Context<AppEnv>): StartConfSource {
  return c.req.header('user-agent')?.startsWith('linbo-cli/') ? 'cli' : 'api'
}

function refuseBroken(group: string, bytes: Uint8Array): void {
  if (bytes.length > longestStartConf) {
    const detail = `a start.conf has at most ${longestStartConf} bytes, this has ${bytes.length}`
    throw apiError('REQUEST_TOO_LARGE', detail)
  }
  const { problems } = parseStartConf(decodeText(bytes).text, { group })
  const errors = problems.filter((problem) => problem.severity === 'error')
  const [first] = errors
  if (!first) return
  throw new ExtendedError(
    'START_CONF_BROKEN',
    errors.map(({ line, message }) => `line ${line}: ${message}`).join('; '),
    `Line ${first.line}: ${first.fix}`,
    { problems: errors },
  )
}

function conflict(group: string, outcome: Extract<Outcome, { kind: 'conflict' }>): ExtendedError {
  const { current, file, base } = outcome
  const name = `start.conf.${group}`
  const who = current ? `${current.author} at ${current.at.toISOString()}` : 'nobody'
  const detail = file
    ? `${name} is version ${current?.number} by ${who}`
    : `${name} is not there${current ? `: removed by ${who}` : ''}`
  return new ExtendedError(
    'START_CONF_CONFLICT',
    detail,
    'See what changed, then save again with the revision that is there now.',
    {
      current: file && current ? { ...versionView(current), text: file.text } : null,
      removed: !file && current ? versionView(current) : null,
      base: base?.number ?? null,
    },
  )
}
