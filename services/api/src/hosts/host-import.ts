import {
  type Db,
  type DeviceFile,
  findDeviceFile,
  type HostRow,
  listHosts,
  lockHosts,
  removeHosts,
  saveDeviceFile,
  saveHosts,
} from '@linbo/db'
import {
  type DeviceRow,
  decodeText,
  type LineProblem,
  type ParsedDevices,
  parseDevicesCsv,
} from '@linbo/formats'
import type { AppDeps } from '../deps.ts'
import { apiError, type ProblemCode } from '../errors.ts'
import { hostOf } from './host-device.ts'
import { type ChangedDevice, type ImportPlan, planImport } from './host-import-plan.ts'
import { hostKey } from './host-status.ts'

export interface ImportRequest {
  school: string
  /** The file's bytes. */
  content: Uint8Array
  dryRun: boolean
  /** Which hosts go that the file does not have: none, all, or those an earlier version of the file had. */
  remove: 'none' | 'all' | 'from-file'
  /** How many hosts may go when that is more than half of the school. */
  confirm?: number | undefined
  /** Nothing is taken over unless everything can be. */
  whole?: boolean
  /** Groups that have a start.conf. */
  groups?: readonly string[]
}

export interface ImportResult {
  school: string
  dryRun: boolean
  added: string[]
  changed: { hostname: string; fields: ChangedDevice['fields'] }[]
  unchanged: number
  removed: string[]
  /** Hosts of the school that are not in the file and stay. */
  missing: string[]
  /** Why hosts that are not in the file stay although they were to be removed, or have to be confirmed. */
  notRemoved: { message: string; fix: string } | null
  refused: LineProblem[]
  warnings: LineProblem[]
}

/** So many hosts may go without being counted first. */
const fewHosts = 10

/**
 * Takes over a school's devices.csv in one transaction, or tells what that would do.
 * @throws LinboError `DEVICES_BROKEN` when hosts were to be removed and the file has no devices, or `whole` was asked
 * for and a line is refused; `HOSTS_WOULD_GO` when more than half of a school would be removed unconfirmed.
 */
export async function importDevices(db: Db, request: ImportRequest): Promise<ImportResult> {
  const { school, content, dryRun } = request
  const { text } = decodeText(content)
  const parsed = parseDevicesCsv(text, school)
  return db.transaction().execute(async (trx) => {
    if (!dryRun) await lockHosts(trx)
    const hosts = await listHosts(trx)
    const file = await findDeviceFile(trx, school)
    const fromFile = new Set(file?.taken)
    const removable = {
      none: () => false,
      all: () => true,
      'from-file': (hostname: string) => fromFile.has(hostname),
    }[request.remove]
    const size = hosts.filter((host) => host.school === school).length
    const wished = planImport(parsed, hosts, { school, mayGo: removable })
    const obstacle = obstacleOf(wished, request, size)
    if (obstacle?.code && !dryRun) throw apiError(obstacle.code, obstacle.message, obstacle.fix)
    // A dry run shows the many that would go once they are confirmed.
    const goes = !obstacle || obstacle.code === 'HOSTS_WOULD_GO'
    const plan = goes ? wished : planImport(parsed, hosts, { school, mayGo: () => false })
    if (!dryRun) {
      await apply(trx, plan, school)
      if (isSuccessor(file, parsed, hosts, plan)) {
        await saveDeviceFile(trx, { school, content, taken: plan.taken, imported_at: new Date() })
      }
    }
    const warnings = [...plan.warnings, ...groupWarnings(parsed.rows, request.groups)]
    return {
      ...{ school, dryRun, removed: plan.removed, missing: plan.missing },
      ...{ unchanged: plan.unchanged, refused: plan.refused },
      added: plan.added.map((device) => device.hostname),
      changed: plan.changed.map(({ device, fields }) => ({ hostname: device.hostname, fields })),
      notRemoved: obstacle ? { message: obstacle.message, fix: obstacle.fix } : null,
      warnings: warnings.toSorted((a, b) => a.line - b.line),
    }
  })
}

interface Obstacle {
  /** Nothing at all is done then. */
  code?: ProblemCode
  message: string
  fix: string
}

/** Why the hosts that should go do not, or why nothing is done at all. */
function obstacleOf(plan: ImportPlan, request: ImportRequest, size: number): Obstacle | undefined {
  const { refused, removed, candidates, taken } = plan
  const { school } = request
  const [first] = refused
  const where = first && `line ${first.line}, column ${first.column}: ${first.message}`
  if (request.whole && first) {
    const more = refused.length > 1 ? `, and ${refused.length - 1} more` : ''
    return { code: 'DEVICES_BROKEN', message: `${where}${more}`, fix: first.fix }
  }
  if (candidates.length === 0) return undefined
  if (taken.length === 0) {
    const message = `the file has no devices that can be taken, and ${candidates.length} of ${size} hosts of ${school} would go`
    const fix = 'See that it is the right devices.csv; single hosts are removed one by one.'
    return { code: 'DEVICES_BROKEN', message, fix }
  }
  if (removed.length === 0) {
    const message = `no host is removed as long as lines are refused (${where})`
    return { message, fix: 'Correct the lines or make them comments, then import again.' }
  }
  const isMany = removed.length > fewHosts && removed.length * 2 > size
  if (!isMany || request.confirm === removed.length) return undefined
  return {
    code: 'HOSTS_WOULD_GO',
    message: `${removed.length} of ${size} hosts of ${school} are not in the file and would go`,
    fix: `See that it is the right file; if it is, confirm the number: --confirm ${removed.length} on the command line, confirm=${removed.length} in the API.`,
  }
}

/** A file with a few of the hosts does not take the place of one that has them all. */
function isSuccessor(
  file: DeviceFile | undefined,
  parsed: ParsedDevices,
  hosts: HostRow[],
  plan: ImportPlan,
): boolean {
  if (plan.taken.length === 0 && parsed.refused.length > 0) return false
  const staying = new Set(hosts.map((host) => host.hostname))
  for (const hostname of plan.removed) staying.delete(hostname)
  const before = (file?.taken ?? []).filter((hostname) => staying.has(hostname))
  const there = before.filter((hostname) => parsed.named.has(hostname)).length
  return there === before.length || there * 2 > before.length
}

async function apply(trx: Db, plan: ImportPlan, school: string): Promise<void> {
  await removeHosts(trx, plan.removed)
  const changed = plan.changed.map(({ device }) => device)
  await saveHosts(
    trx,
    [...changed, ...plan.added].map((device) => hostOf(device, school)),
  )
}

/** One for each group that machines want to boot with and that has no start.conf. */
function groupWarnings(rows: DeviceRow[], groups: readonly string[] | undefined): LineProblem[] {
  if (!groups) return []
  const known = new Set(groups)
  const warnings: LineProblem[] = []
  for (const { group, pxe, line } of rows) {
    if (pxe === 0 || known.has(group)) continue
    known.add(group)
    const message = `there is no start.conf.${group} yet`
    warnings.push({ line, column: 3, name: 'group', message, fix: `Make the group ${group}.` })
  }
  return warnings
}

/** The size of what was done, for the audit log. */
export function countsOf(result: ImportResult) {
  const { school, added, changed, removed, refused } = result
  return {
    school,
    ...{ added: added.length, changed: changed.length },
    ...{ removed: removed.length, refused: new Set(refused.map((one) => one.line)).size },
  }
}

/** Forgets the status of hosts that are gone, and publishes the boot configurations of the others. */
export async function afterImport(
  {
    bus,
    bootConfigs,
  }: Pick<AppDeps, 'bus'> & {
    bootConfigs: Pick<AppDeps['bootConfigs'], 'publish'>
  },
  { added, changed, removed }: ImportResult,
): Promise<void> {
  for (const hostname of removed) await bus.state.delete(hostKey(hostname))
  if (added.length + changed.length + removed.length > 0) await bootConfigs.publish()
}
