import { createHash, randomBytes } from 'node:crypto'
import { addSession, type Db, findSession, removeSession } from '@linbo/db'

export const sessionCookie = 'linbo_session'
/** How long a session lasts, in milliseconds. */
export const sessionMs = 12 * 60 * 60_000

/**
 * The dashboard's sessions. They live in the database, so that a restart signs nobody out; it knows only a hash of
 * the id that the browser holds.
 */
export interface Sessions {
  /** Returns the id for the cookie. */
  create(who: string): Promise<string>
  /** Who this session belongs to, while it is alive. */
  find(id: string): Promise<string | undefined>
  end(id: string): Promise<void>
}

/** @param now milliseconds since 1970. */
export function createSessions(db: Db, now: () => number): Sessions {
  const hash = (id: string) => createHash('sha256').update(id).digest('hex')
  return {
    async create(who) {
      const id = randomBytes(32).toString('base64url')
      const expiresAt = new Date(now() + sessionMs)
      await addSession(db, { hash: hash(id), who, expiresAt }, new Date(now()))
      return id
    },
    find: (id) => findSession(db, hash(id), new Date(now())),
    end: (id) => removeSession(db, hash(id)),
  }
}
