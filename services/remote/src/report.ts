import type { Bus, HostPhase } from '@linbo/bus'
import { appendOutput, changeOperationHost, type Db } from '@linbo/db'
import type { Hold } from './hold.ts'
import type { Milestone } from './milestones.ts'

/** Tells everybody how one host of an operation is doing: the bus at once, the database a little later. */
export interface Report {
  step(phase: HostPhase, text: string, command: number | null): void
  progress(milestone: Milestone): void
  output(text: string): void
  /** Writes everything down. Resolves when it is stored. */
  finish(phase: HostPhase, reason: string | null, exitCode: number | null): Promise<void>
}

export interface ReportOptions {
  db: Db
  bus: Pick<Bus, 'publish'>
  hold: Hold
  operation: string
  hostname: string
  /** How many commands there are. */
  commands: number
  outputLimit: number
}

const outputMs = 250
const percentMs = 250
const rowMs = 500
/** Progress texts a second that one client can cause; more are dropped. */
const textsPerSecond = 100

export function createReport(options: ReportOptions): Report {
  const { db, bus, hold, operation, hostname } = options
  const now = { phase: 'waiting' as HostPhase, text: '', command: null as number | null }
  let percent: number | null = null
  let startedAt: Date | undefined
  let pending = ''
  let seq = 0
  let kept = 0
  let cut = false
  let outputTimer: NodeJS.Timeout | undefined
  let percentTimer: NodeJS.Timeout | undefined
  let rowTimer: NodeJS.Timeout | undefined
  let secondBegan = 0
  let texts = 0

  const publish = () => {
    clearTimeout(percentTimer)
    percentTimer = undefined
    const shown = percent === null ? null : Math.round(percent)
    const { phase, text, command } = now
    bus.publish('operation.step', {
      operation,
      host: hostname,
      phase,
      command,
      commands: options.commands,
      text,
      percent: shown,
    })
  }
  const saveRow = (changes: Parameters<typeof changeOperationHost>[3] = {}) => {
    clearTimeout(rowTimer)
    rowTimer = undefined
    const row = {
      phase: now.phase,
      command_index: now.command,
      percent: percent === null ? null : Math.round(percent),
      text: now.text,
      ...(startedAt ? { started_at: startedAt } : {}),
      ...changes,
    }
    return hold.write(`the state of ${hostname}`, () =>
      changeOperationHost(db, operation, hostname, row),
    )
  }
  const saveRowSoon = () => {
    rowTimer ??= setTimeout(() => void saveRow(), rowMs)
  }
  const flushOutput = () => {
    clearTimeout(outputTimer)
    outputTimer = undefined
    if (pending === '') return
    const text = pending
    pending = ''
    seq += 1
    const row = { operation_id: operation, hostname, seq, at: new Date(), text }
    bus.publish('operation.output', { operation, host: hostname, seq, text })
    void hold.write(`output of ${hostname}`, () => appendOutput(db, [row]))
  }

  return {
    step(phase, text, command) {
      if (phase !== 'waiting') startedAt ??= new Date()
      Object.assign(now, { phase, text, command })
      percent = null
      publish()
      void saveRow()
    },
    progress({ text, percent: value }) {
      if (value !== undefined) {
        if (value === percent) return
        percent = value
        // The end of a bar is worth telling even when the next text is close behind.
        if (value === 100) publish()
        else percentTimer ??= setTimeout(publish, percentMs)
      } else if (text !== undefined && text !== now.text) {
        const second = Math.floor(Date.now() / 1000)
        if (second !== secondBegan) texts = 0
        secondBegan = second
        if (++texts > textsPerSecond) return
        now.text = text
        percent = null
        publish()
      }
      saveRowSoon()
    },
    output(text) {
      if (cut || text === '') return
      // The databases cannot store NUL in text.
      let more = text.replaceAll('\0', '\u2400')
      kept += Buffer.byteLength(more)
      if (kept > options.outputLimit) {
        cut = true
        const room = options.outputLimit - (kept - Buffer.byteLength(more))
        const limit = `${options.outputLimit} bytes (LINBO_REMOTE_OUTPUT_KB)`
        more = `${cutAt(more, room)}\n[output cut here: more than ${limit}]\n`
      }
      pending += more
      outputTimer ??= setTimeout(flushOutput, outputMs)
    },
    async finish(phase, reason, exitCode) {
      flushOutput()
      clearTimeout(percentTimer)
      now.phase = phase
      await saveRow({ reason, exit_code: exitCode, finished_at: new Date() })
    },
  }
}

/** The longest beginning of a text that has at most this many bytes in UTF-8. */
function cutAt(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true })
}
