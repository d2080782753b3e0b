import { api } from './api.ts'
import { whenSignedOut } from './http.ts'
import { isProblem } from './problem.ts'

/** Who is signed in: `undefined` while we ask, null for nobody. */
class Session {
  who = $state<string | null | undefined>(undefined)
  /** Set when the server could not be asked. */
  problem = $state.raw<unknown>(null)

  constructor() {
    whenSignedOut(() => {
      this.who = null
    })
  }

  async load(): Promise<void> {
    try {
      this.who = (await api.session()).who
      this.problem = null
    } catch (error) {
      if (isProblem(error) && error.status === 401) this.who = null
      else this.problem = error
    }
  }

  async signIn(token: string): Promise<void> {
    this.who = (await api.signIn(token)).who
  }

  async signOut(): Promise<void> {
    await api.signOut().catch(() => {})
    this.who = null
  }
}

export const session = new Session()
