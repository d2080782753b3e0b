import { api } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import type { OutputChunk } from '#lib/resources.ts'
import { Console, type Run } from './console.ts'

/** What one host printed in one operation: what is stored first, then what comes. */
export class LiveOutput {
  lines = $state.raw<Run[][]>([])
  isLoading = $state(true)
  problem = $state.raw<unknown>(null)
  readonly #console = new Console()
  readonly #operation: string
  readonly #host: string
  #lastSeq = -1
  /** Live chunks that came before the stored ones were read. */
  #early: Pick<OutputChunk, 'seq' | 'text'>[] | null = []

  constructor(operation: string, host: string) {
    this.#operation = operation
    this.#host = host
  }

  /** Begins to listen; returns what ends it. */
  start(): () => void {
    const stop = live.listen((events) => {
      let isNew = false
      for (const event of events) {
        if (event.type !== 'operation.output') continue
        if (event.operation !== this.#operation || event.host !== this.#host) continue
        if (this.#early) this.#early.push(event)
        else isNew = this.#feed(event) || isNew
      }
      if (isNew) this.#show()
    })
    void this.#load()
    return stop
  }

  async #load(): Promise<void> {
    try {
      for (;;) {
        const page = await api.output(this.#operation, this.#host, this.#lastSeq)
        for (const chunk of page.items) this.#feed(chunk)
        if (!page.next || page.items.length === 0) break
      }
    } catch (error) {
      this.problem = error
    }
    for (const chunk of this.#early ?? []) this.#feed(chunk)
    this.#early = null
    this.isLoading = false
    this.#show()
  }

  #feed({ seq, text }: Pick<OutputChunk, 'seq' | 'text'>): boolean {
    if (seq <= this.#lastSeq) return false
    this.#lastSeq = seq
    this.#console.feed(text)
    return true
  }

  #show(): void {
    const { lines, current } = this.#console
    this.lines = current.length > 0 ? [...lines, current] : [...lines]
  }
}
