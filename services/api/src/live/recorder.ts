import { randomUUID } from 'node:crypto'
import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { type Recording, startRecording } from './recording.ts'

/** The lock's name in the shared state, and how long it holds without being renewed. */
export const recorderKey = 'recorder'
export const lockMs = 10_000
const renewMs = 3000

export interface RecorderDeps {
  db: Db
  bus: Bus
  clock: Clock
  log: Logger
  /** Name of the OS number `number` in the group's start.conf. */
  osName(group: string, number: number): Promise<string | undefined>
  /** How patient to be with machines that are quiet while they boot: 1 for the usual. */
  patience: number
}

/** Records what the events tell. Of all API processes one records; another takes over when it is gone. */
export interface Recorder {
  start(): Promise<void>
  stop(): Promise<void>
  isRecording(): boolean
  /** Resolves when everything that has arrived is written. */
  settled(): Promise<void>
}

export function createRecorder(deps: RecorderDeps): Recorder {
  const owner = randomUUID()
  let recording: Recording | undefined
  let cancel = () => {}
  let electing = Promise.resolve()
  let isStopped = false

  const elect = async () => {
    const isOurs = await deps.bus.state.acquire(recorderKey, owner, lockMs)
    if (isOurs && !recording) {
      recording = await startRecording(deps)
      deps.log.debug({}, 'recording')
    } else if (!isOurs && recording) {
      const former = recording
      recording = undefined
      await former.stop()
      deps.log.warn({}, 'another process records now')
    }
  }
  const again = () => {
    if (isStopped) return
    cancel = deps.clock.after(renewMs, () => {
      electing = elect()
        .catch((err) => deps.log.warn({ err }, 'cannot tell who records'))
        .then(again)
    })
  }
  return {
    async start() {
      await elect()
      again()
    },
    async stop() {
      isStopped = true
      cancel()
      await electing
      const former = recording
      recording = undefined
      await former?.stop()
      if (former) await deps.bus.state.delete(recorderKey)
    },
    isRecording: () => recording !== undefined,
    settled: async () => recording?.settled(),
  }
}
