import { type ResourceLimits, Worker } from 'node:worker_threads'
import { LinboError } from './errors.ts'

/** A thread's first word: it is up, or it could not start. */
export type ThreadStart<Up> = { type: 'up'; up: Up } | { type: 'failed'; error: WrappedError }

/** What of an error gets from one thread to another. */
export interface WrappedError {
  code: string | undefined
  message: string
  fix: string | undefined
}

export interface Thread<Up> {
  /** What it said when it was up. */
  up: Up
  post(message: unknown): void
  /** Resolves when it has ended by itself. */
  exited: Promise<void>
}

/**
 * Starts a thread that serves, so that nothing else in this process delays it. An error it does not catch later is a bug
 * of ours: it ends the process, to be started again.
 * The thread says `up` or `failed` once (`ThreadStart`); `onMessage` takes everything else, also what comes before.
 * @throws what the thread failed to start with: a LinboError stays one.
 */
export async function startThread<Up, Message>(options: {
  module: URL
  data: unknown
  resourceLimits?: ResourceLimits
  onMessage(message: Message, post: (answer: unknown) => void): void
}): Promise<Thread<Up>> {
  const worker = new Worker(options.module, {
    workerData: options.data,
    ...(options.resourceLimits ? { resourceLimits: options.resourceLimits } : {}),
  })
  const post = (message: unknown) => worker.postMessage(message)
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const started = Promise.withResolvers<Up>()
  let isUp = false
  worker.on('message', (message: ThreadStart<Up> | Message) => {
    const start = message as ThreadStart<Up>
    if (start.type === 'failed') return started.reject(unwrapError(start.error))
    if (start.type !== 'up') return options.onMessage(message as Message, post)
    isUp = true
    started.resolve(start.up)
  })
  worker.once('error', (error) => {
    if (!isUp) return started.reject(error)
    queueMicrotask(() => {
      throw error
    })
  })
  try {
    const up = await started.promise
    return { up, exited, post }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

export function wrapError(error: unknown): WrappedError {
  const { code, message, fix } = error as LinboError
  return { code, message, fix }
}

export function unwrapError({ code, message, fix }: WrappedError): Error {
  return code ? new LinboError(code, message, fix ? { fix } : {}) : new Error(message)
}
