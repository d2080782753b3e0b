import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bootSetFolder, localGrubConfig } from '@linbo/boot'
import type { Machine } from '@linbo/bus'
import { parseStartConf } from '@linbo/formats'
import { type Access, decideDownload } from './access.ts'
import { leadsOut, measure } from './containment.ts'
import { judgeDownload, type Outcome } from './outcome.ts'
import type { Claim } from './prepare.ts'
import { type Request, readRequest } from './request.ts'
import { module, slotUser } from './rsyncd-conf.ts'
import type { Asked, SessionParts } from './session.ts'
import { stepOf } from './steps.ts'

/** How long a request for an onboot file waits for the outcome of an earlier one, in milliseconds. */
const onbootWaitMs = 10_000
/** How long a delivery of an onboot file may take; a machine that died meanwhile must not block the next try. */
const onbootMs = 30_000
/** The daemon's last log line comes with the end of its connection, or never. */
const settleMs = 2000
/** A name that the daemon's excludes hide. */
const absent = '.absent'

/** What the daemon is asked for in place of the client's words. */
interface Route {
  module: string
  /** Undefined: the client's own words. */
  path?: string
  claim?: Claim
  /** To be called when the request is over. */
  release?(): void
}

/** Answers a request to the module `linbo`: decide, prepare, pass on, tell. */
export async function serveDownload(asked: Asked): Promise<void> {
  const { parts, ip } = asked
  const machine = await parts.machines.find(ip)
  const request = readRequest(asked.lists)
  const access: Access = request
    ? decideDownload(request, { ip, hostname: machine.host })
    : { kind: 'refuse', reason: 'these are not the arguments of an rsync client' }
  parts.seen(machine)
  if (!request || access.kind === 'refuse') {
    const reason = access.kind === 'refuse' ? access.reason : 'unknown arguments'
    parts.log.warn({ ip, host: machine.mac, reason }, 'rsync request refused')
    return asked.refuse(reason)
  }
  const { path } = access
  if (access.kind === 'hidden')
    parts.log.info({ ip, host: machine.mac, file: path, reason: access.reason }, 'file not served')
  if (access.kind === 'client-file') await takeClientFile(asked, machine, access)

  const route = await prepare(asked, access, request)
  let isDelivered = false
  try {
    await asked.open(route.module)
    const outcome = await passOn(asked, machine, request, route, access)
    isDelivered = outcome.isDelivered && !request.isDryRun
    const step = request.isDryRun ? undefined : stepOf(access, outcome)
    if (step) parts.bus.publish('boot.step', { ...machine, ...step })
    if (step?.step === 'start-conf') parts.reached.delete(ip)
  } finally {
    route.release?.()
    await route.claim?.end(isDelivered)
    if (route.module === module.prepared) await parts.prepared.remove(slotUser(asked.slot))
  }
}

async function prepare(asked: Asked, access: Access, request: Request): Promise<Route> {
  const { parts, slot } = asked
  const put = (path: string, content: string | Uint8Array) =>
    parts.prepared.put(slotUser(slot), path, content)
  if (access.kind === 'onboot') {
    const claim = await parts.onboot.claim(access.path, onbootWaitMs)
    if (!claim) return { module: module.files }
    return { module: module.prepared, path: await put(access.path, claim.content), claim }
  }
  if (access.kind === 'local-grub') {
    const text = await readFile(join(parts.root, `start.conf.${access.group}`), 'utf8').catch(
      () => undefined,
    )
    if (text === undefined) return { module: module.files }
    const { kernelOptions } = parseStartConf(text, { group: access.group }).linbo
    const config = localGrubConfig({ group: access.group, kernelOptions })
    return { module: module.prepared, path: await put(access.path, config) }
  }
  if (access.kind !== 'pass') return { module: module.files }
  const pinned = access.path === undefined ? undefined : parts.bootSets.take(asked.ip, access.path)
  const release = pinned ? { release: pinned.release } : {}
  const place = pinned?.path ?? access.path
  if (!parts.isLocked && (await leadsOut(parts.root, place, request)))
    return { module: module.files, path: absent, ...release }
  if (pinned?.set === undefined) return { module: module.files, ...release }
  return { module: module.bootSets, path: `${pinned.set}/./${access.path}`, ...release }
}

async function passOn(
  asked: Asked,
  machine: Machine,
  request: Request,
  route: Route,
  access: Exclude<Access, { kind: 'refuse' }>,
): Promise<Outcome> {
  const { parts, slot } = asked
  const { path } = access
  const isServed = route.module !== module.files || (access.kind === 'pass' && !route.path)
  const found = path && isServed ? await measureSent(parts, route, path) : undefined
  const isTransfer =
    found !== undefined && !request.isDryRun && (found.sizeBytes !== null || request.isRecursive)
  const file = path ?? ''
  const sizeBytes = found?.sizeBytes ?? null
  const transfer = isTransfer
    ? parts.transfers.begin({ ...machine, direction: 'down', file, sizeBytes })
    : undefined
  const watched = parts.journal.expect(slotUser(slot))
  let down = 0
  const { clientLeft } = await asked.pass(replacePath(asked.lists, route), {
    down(bytes) {
      down += bytes
      transfer?.add(bytes)
    },
    up() {},
    ...(route.claim ? { limitMs: onbootMs } : {}),
  })
  const outcome = judgeDownload(await watched.settle(settleMs), clientLeft)
  const result = outcome.result === 'missing' && transfer ? 'failed' : outcome.result
  const whyZero = outcome.result === 'ok' && !outcome.isDelivered
  const bytes = whyZero
    ? 0
    : outcome.isDelivered
      ? (sizeBytes ?? down)
      : Math.min(down, sizeBytes ?? down)
  transfer?.finish(result, outcome.reason, bytes)
  const facts = { ip: asked.ip, host: machine.mac, file, result, bytes, reason: outcome.reason }
  if (transfer) parts.log.info(facts, 'transfer finished')
  else parts.log.debug(facts, 'rsync request answered')
  return outcome
}

/** The size of what will be sent. */
function measureSent(parts: SessionParts, route: Route, path: string) {
  if (route.path === undefined) return measure(parts.root, path)
  const isPrepared = route.module === module.prepared
  return measure(isPrepared ? parts.preparedFolder : join(parts.root, bootSetFolder), route.path)
}

/** The arguments with module and path replaced: the path is the last one, in the last list. */
function replacePath(lists: string[][], route: Route): string[][] {
  if (route.path === undefined) return lists
  const last = lists.at(-1) ?? []
  return [...lists.slice(0, -1), [...last.slice(0, -1), `${route.module}/${route.path}`]]
}

async function takeClientFile(
  asked: Asked,
  machine: Machine,
  access: Extract<Access, { kind: 'client-file' }>,
): Promise<void> {
  const { parts, ip } = asked
  const { source, name, type } = access
  const owner = { hostname: machine.host, mac: machine.mac, ip }
  const fetched = await parts.connectBack.fetch({ ...owner, source, name, type })
  if (fetched.isReached && !parts.reached.has(ip)) {
    parts.reached.add(ip)
    parts.bus.publish('boot.step', {
      ...machine,
      step: 'ready',
      ok: true,
      detail: 'reached over SSH',
    })
  }
  if (fetched.kind === 'failed') {
    parts.log.info(
      { ip, host: machine.mac, file: source, reason: fetched.reason },
      'file not fetched from client',
    )
    return
  }
  parts.log.info(
    { ip, host: machine.mac, file: source, bytes: fetched.sizeBytes },
    'file fetched from client',
  )
  const detail = `${name}, ${fetched.sizeBytes} bytes`
  parts.bus.publish('boot.step', { ...machine, step: 'log', ok: true, detail })
}
