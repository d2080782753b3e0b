import { isProblem } from '#lib/problem.ts'

export interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
  hint: string
}

const shownMs = 6000

/** Short notes that something worked or did not. */
class Toasts {
  list = $state.raw<Toast[]>([])
  #next = 1

  good(text: string): void {
    this.#add({ id: this.#next++, tone: 'good', text, hint: '' })
  }

  /** Tells what went wrong and what to do about it. */
  bad(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    const hint = isProblem(error) ? (error.fix ?? '') : ''
    this.#add({ id: this.#next++, tone: 'bad', text, hint })
  }

  remove(id: number): void {
    this.list = this.list.filter((one) => one.id !== id)
  }

  #add(toast: Toast): void {
    this.list = [...this.list.slice(-3), toast]
    setTimeout(() => this.remove(toast.id), toast.tone === 'good' ? shownMs : shownMs * 2)
  }
}

export const toasts = new Toasts()
