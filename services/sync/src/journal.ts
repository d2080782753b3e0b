import type { Clock } from '@linbo/runtime'
import { parseLogLine } from './daemon-log.ts'
import type { Report } from './outcome.ts'

export interface Watched {
  /** Resolves with what the log told, once the daemon's last line came or after `patienceMs`. */
  settle(patienceMs: number): Promise<Report>
}

/** Time for what the daemon wrote before it closed the connection to be read from the pipe. */
const lastWordsMs = 5

interface Entry extends Report {
  isOver: boolean
  hasFailed: boolean
  onOver?: () => void
}

/**
 * Puts the lines of the daemon's log together per connection. A connection is told by its key: the user name we
 * sign in with for a download, the requested path for an upload.
 */
export class Journal {
  readonly #clock: Clock
  readonly #expected = new Map<string, Entry>()
  readonly #byPid = new Map<number, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Watches the connection that will show up in the log under this key; one at a time per key. */
  expect(key: string): Watched {
    const entry: Entry = {
      isComplete: false,
      files: [],
      problems: [],
      isOver: false,
      hasFailed: false,
    }
    this.#expected.set(key, entry)
    return {
      settle: async (patienceMs) => {
        if (!entry.isOver) {
          await new Promise<void>((resolve) => {
            const cancel = this.#clock.after(patienceMs, resolve)
            entry.onOver = () => {
              cancel()
              resolve()
            }
          })
        }
        // After a broken write the daemon says how much it sent, and only then that it failed.
        await new Promise<void>((resolve) => this.#clock.after(lastWordsMs, resolve))
        if (this.#expected.get(key) === entry) this.#expected.delete(key)
        for (const [pid, known] of this.#byPid) if (known === entry) this.#byPid.delete(pid)
        return { isComplete: entry.isComplete, files: entry.files, problems: entry.problems }
      },
    }
  }

  take(text: string): void {
    const line = parseLogLine(text)
    if (!line) return
    if (line.kind === 'request') {
      const key = line.isDownload ? line.user : line.request
      const entry = key === undefined ? undefined : this.#expected.get(key)
      if (entry) this.#byPid.set(line.pid, entry)
      return
    }
    const entry = this.#byPid.get(line.pid)
    if (!entry) return
    if (line.kind === 'file') entry.files.push(line.sizeBytes)
    if (line.kind === 'problem' || line.kind === 'error') entry.problems.push(line.text)
    if (line.kind === 'summary') entry.isComplete = !entry.hasFailed
    if (line.kind === 'error') {
      entry.hasFailed = true
      entry.isComplete = false
    }
    if (line.kind === 'summary' || line.kind === 'error') {
      entry.isOver = true
      entry.onOver?.()
    }
  }
}
