/** How a service is doing, in one word and, when it is not well, one sentence. */
export interface Health {
  state: 'ok' | 'degraded' | 'failed' | 'stopped'
  detail?: string
  /** What the service listens on or works with, for people: `{ port: 69, root: '/srv/linbo' }`. */
  facts?: Record<string, string | number | boolean>
}

/** Something that runs: the all-in-one server and the containers drive every service through this. */
export interface Service {
  readonly name: string
  /** Resolves when the service answers clients. Throws a `LinboError` with a fix when it cannot. */
  start(): Promise<void>
  /** Resolves once every socket, timer and child process this service opened is gone, also after a failed start. */
  stop(): Promise<void>
  health(): Health
}
