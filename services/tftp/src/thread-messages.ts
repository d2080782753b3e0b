import type { News } from './news.ts'

export type ToThread = { type: 'stop' }

export type FromThread =
  | { type: 'listening'; port: number }
  | { type: 'failed'; error: WrappedError }
  | { type: 'news'; news: News }

/** What of an error gets from one thread to another. */
export interface WrappedError {
  code: string | undefined
  message: string
  fix: string | undefined
}
