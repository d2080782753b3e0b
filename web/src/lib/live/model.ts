import type { BusEvent } from '@linbo/bus'
import { isInLinbo, startsAttempt } from '../boots/stages.ts'
import type { BootSummary, Host, Operation, Transfer } from '../resources.ts'

/** Everything the pages show live. Values are replaced, never changed in place. */
export interface Model {
  /** By host name. */
  hosts: Map<string, Host>
  /** Running ones and the newest finished ones, by id. */
  transfers: Map<string, Transfer>
  /** By id. */
  operations: Map<string, Operation>
  /** Machines nobody has added yet that asked for something, by MAC. */
  strangers: Map<string, Stranger>
}

export interface Stranger {
  mac: string
  ip: string | null
  at: string
  detail: string
}

/** What an event changed, and what has to be fetched because events alone do not tell. */
export interface Touched {
  hosts: Set<string>
  transfers: Set<string>
  operations: Set<string>
  strangers: boolean
  /** Operations we know nothing about yet. */
  fetchOperations: Set<string>
  /** An event named a host that is not in the model. */
  reloadHosts: boolean
}

/** Finished transfers that stay in view. */
const keptTransfers = 60
const keptStrangers = 20

export function emptyModel(): Model {
  return { hosts: new Map(), transfers: new Map(), operations: new Map(), strangers: new Map() }
}

export function nothingTouched(): Touched {
  return {
    hosts: new Set(),
    transfers: new Set(),
    operations: new Set(),
    strangers: false,
    fetchOperations: new Set(),
    reloadHosts: false,
  }
}

/** Brings the model up to date with one event. */
export function apply(model: Model, event: BusEvent, touched: Touched): void {
  switch (event.type) {
    case 'host.seen':
      meet(model, event, '', touched)
      return
    case 'host.status': {
      const host = known(model, event.host, touched)
      if (!host) return
      const boot = event.status === 'linbo' && host.boot ? arrived(host.boot, event.at) : host.boot
      const ip = event.ip ?? host.ip
      put(
        model,
        { ...host, ip, status: event.status, os: event.os, statusAt: event.at, boot },
        touched,
      )
      return
    }
    case 'boot.step': {
      if (event.host === null) meet(model, event, event.detail, touched)
      const host = known(model, event.host, touched)
      if (!host) return
      put(model, { ...host, boot: nextBoot(host.boot, event) }, touched)
      return
    }
    case 'boot.verdict': {
      const host = known(model, event.host, touched)
      if (!host?.boot) return
      const { boot: id, state, verdict } = event
      put(model, { ...host, boot: { ...host.boot, id, state, verdict } }, touched)
      return
    }
    case 'transfer.started':
    case 'transfer.progress':
    case 'transfer.finished':
      transfer(model, event, touched)
      return
    case 'operation.queued':
      touched.fetchOperations.add(event.operation)
      return
    case 'operation.started':
    case 'operation.step':
    case 'operation.finished':
      operation(model, event, touched)
  }
}

type Of<T extends BusEvent['type']> = Extract<BusEvent, { type: T }>

function known(model: Model, hostname: string | null, touched: Touched): Host | undefined {
  if (hostname === null) return undefined
  const host = model.hosts.get(hostname)
  if (!host) touched.reloadHosts = true
  return host
}

function put(model: Model, host: Host, touched: Touched): void {
  model.hosts.set(host.hostname, host)
  touched.hosts.add(host.hostname)
}

function meet(
  model: Model,
  event: Of<'host.seen'> | Of<'boot.step'>,
  detail: string,
  touched: Touched,
): void {
  if (event.host !== null || event.mac === null) return
  const before = model.strangers.get(event.mac)
  model.strangers.delete(event.mac)
  model.strangers.set(event.mac, {
    mac: event.mac,
    ip: event.ip ?? before?.ip ?? null,
    at: event.at,
    detail: detail || before?.detail || '',
  })
  const oldest = model.strangers.keys().next()
  if (model.strangers.size > keptStrangers && !oldest.done) model.strangers.delete(oldest.value)
  touched.strangers = true
}

function nextBoot(before: BootSummary | null, event: Of<'boot.step'>): BootSummary {
  const fresh = startsAttempt(event.step, before)
  const same = fresh ? null : before
  // Late steps of a machine that has already arrived (its log, say) do not put it back.
  const isThere = same?.state === 'linbo' || (isInLinbo(event.step) && event.ok)
  return {
    id: same?.id ?? `event-${event.id}`,
    state: isThere ? 'linbo' : 'booting',
    step: same?.step === 'ready' ? 'ready' : event.step,
    detail: event.detail,
    startedAt: same?.startedAt ?? event.at,
    lastAt: event.at,
    verdict: same?.verdict ?? null,
  }
}

function arrived(boot: BootSummary, at: string): BootSummary {
  return boot.state === 'linbo' ? boot : { ...boot, state: 'linbo', step: 'ready', lastAt: at }
}

function transfer(
  model: Model,
  event: Of<'transfer.started'> | Of<'transfer.progress'> | Of<'transfer.finished'>,
  touched: Touched,
): void {
  const { transfers } = model
  const before = transfers.get(event.transfer)
  const next = nextTransfer(before, event)
  if (!next) return
  transfers.set(next.id, next)
  touched.transfers.add(next.id)
  if (next.host) touched.hosts.add(next.host)
  if (event.type === 'transfer.finished') prune(model, touched)
}

function nextTransfer(
  before: Transfer | undefined,
  event: Of<'transfer.started'> | Of<'transfer.progress'> | Of<'transfer.finished'>,
): Transfer | undefined {
  if (event.type === 'transfer.started') {
    if (before) return undefined
    const { via, direction, host, ip, file, sizeBytes } = event
    const start = { bytes: 0, bytesPerSecond: 0, result: null, reason: null }
    const times = { startedAt: event.at, finishedAt: null }
    return { id: event.transfer, via, direction, host, ip, file, sizeBytes, ...start, ...times }
  }
  if (!before || before.result !== null) return undefined
  if (event.type === 'transfer.progress') {
    const { bytes, sizeBytes, bytesPerSecond } = event
    return { ...before, bytes, sizeBytes: sizeBytes ?? before.sizeBytes, bytesPerSecond }
  }
  const { bytes, result, reason } = event
  return { ...before, bytes, bytesPerSecond: 0, result, reason, finishedAt: event.at }
}

function prune(model: Model, touched: Touched): void {
  const finished = [...model.transfers.values()].filter((one) => one.result !== null)
  for (const one of finished.slice(0, Math.max(0, finished.length - keptTransfers))) {
    model.transfers.delete(one.id)
    touched.transfers.add(one.id)
  }
}

function operation(
  model: Model,
  event: Of<'operation.started'> | Of<'operation.step'> | Of<'operation.finished'>,
  touched: Touched,
): void {
  const before = model.operations.get(event.operation)
  if (!before) {
    touched.fetchOperations.add(event.operation)
    return
  }
  const next = nextOperation(before, event)
  model.operations.set(next.id, next)
  touched.operations.add(next.id)
  if (event.type === 'operation.step') touched.hosts.add(event.host)
  else for (const host of next.hosts) touched.hosts.add(host.hostname)
}

const over = new Set(['done', 'failed', 'offline', 'cancelled', 'interrupted'])

/** True when nothing more will happen on this host. */
export function isOver(phase: string): boolean {
  return over.has(phase)
}

function nextOperation(
  before: Operation,
  event: Of<'operation.started'> | Of<'operation.step'> | Of<'operation.finished'>,
): Operation {
  switch (event.type) {
    case 'operation.started':
      return { ...before, state: 'running', startedAt: before.startedAt ?? event.at }
    case 'operation.finished':
      return { ...before, state: event.state, finishedAt: event.at }
    case 'operation.step': {
      const { phase, command, text, percent } = event
      const ended = isOver(phase)
      const hosts = before.hosts.map((host) =>
        host.hostname === event.host
          ? {
              ...host,
              phase,
              command,
              text,
              percent: phase === 'done' ? 100 : percent,
              reason: ended && phase !== 'done' ? text || host.reason : host.reason,
              startedAt: host.startedAt ?? event.at,
              finishedAt: ended ? event.at : null,
            }
          : host,
      )
      const state = before.state === 'queued' ? 'running' : before.state
      return { ...before, state, hosts }
    }
  }
}
