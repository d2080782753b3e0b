import { parentPort, workerData } from 'node:worker_threads'
import { type Health, systemClock, type ThreadStart, unwrapError, wrapError } from '@linbo/runtime'
import type { Outside } from './outside.ts'
import { openServer, type ServerParts } from './server.ts'
import type { Call, FromThread, ThreadData, ToThread } from './thread-messages.ts'

const { config, embedded, networks, isVerbose } = workerData as ThreadData
const post = (message: FromThread | ThreadStart<Health>) => parentPort?.postMessage(message)
const healthMs = 200

const calls = new Map<number, PromiseWithResolvers<unknown>>()
let lastCall = 0
function call<T>(name: Call, ...args: unknown[]): Promise<T> {
  const answer = Promise.withResolvers<unknown>()
  lastCall += 1
  calls.set(lastCall, answer)
  post({ type: 'call', id: lastCall, name, args })
  return answer.promise as Promise<T>
}

const outside: Outside = {
  hosts: (known) => call('hosts', known),
  leases: () => call('leases'),
  saveLeases: (leases) => call('saveLeases', leases),
  leaseOn: (ip) => call('leaseOn', ip),
  announce: (ip) => call('announce', ip),
  isAnnounced: (ip) => call('isAnnounced', ip),
  publish: (...event) => post({ type: 'publish', event }),
}
const write = (level: 'debug' | 'info' | 'warn' | 'error') => (facts: object, text: string) => {
  if (level !== 'debug' || isVerbose) post({ type: 'log', level, facts, text })
}
const log = {
  debug: write('debug'),
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
} as ServerParts['log']

function settle({ id, value, error }: Extract<ToThread, { type: 'reply' }>): void {
  const answer = calls.get(id)
  calls.delete(id)
  if (error) answer?.reject(unwrapError(error))
  else answer?.resolve(value)
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'reply') settle(message)
})
try {
  const server = await openServer({ config, outside, embedded, networks, log, clock: systemClock })
  let told = JSON.stringify(server.health())
  const timer = setInterval(() => {
    const health = server.health()
    const text = JSON.stringify(health)
    if (text !== told) post({ type: 'health', health })
    told = text
  }, healthMs)
  parentPort?.on('message', async (message: ToThread) => {
    if (message.type === 'heard') server.heard(message.lease)
    if (message.type !== 'stop') return
    clearInterval(timer)
    await server.close()
    parentPort?.close()
  })
  post({ type: 'up', up: server.health() })
} catch (error) {
  post({ type: 'failed', error: wrapError(error) })
}
