import { createHash, randomBytes } from 'node:crypto'
import type { State } from '@linbo/bus'

export const sessionCookie = 'linbo_session'
/** How long a session lasts, in milliseconds. */
export const sessionMs = 12 * 60 * 60_000

interface StoredSession {
  who: string
}

/** The dashboard's sessions. The shared state knows only a hash of the id that the browser holds. */
export interface Sessions {
  /** Returns the id for the cookie. */
  create(who: string): Promise<string>
  /** Who this session belongs to, while it is alive. */
  find(id: string): Promise<string | undefined>
  end(id: string): Promise<void>
}

export function createSessions(state: State): Sessions {
  const key = (id: string) => `session:${createHash('sha256').update(id).digest('hex')}`
  return {
    async create(who) {
      const id = randomBytes(32).toString('base64url')
      await state.set(key(id), { who } satisfies StoredSession, sessionMs)
      return id
    },
    find: async (id) => (await state.get<StoredSession>(key(id)))?.who,
    end: (id) => state.delete(key(id)),
  }
}
