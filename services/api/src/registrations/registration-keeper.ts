import type { Bus } from '@linbo/bus'
import {
  type Db,
  listRegistrations,
  type RegistrationRow,
  readRegistrationRules,
  recordAudit,
} from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { type ApprovalDeps, approve } from './registration-approval.ts'
import {
  noRules,
  type RegistrationRules,
  registrationRules,
  ruleFor,
} from './registration-rules.ts'

/** Approves registrations by rule, when there are any. */
export interface RegistrationKeeper {
  start(): Promise<void>
  stop(): Promise<void>
  /** Looks at everything that waits. */
  look(): Promise<void>
}

/** An event may be lost; a registration is looked at after so long in any case. */
const againMs = 60_000

export function createRegistrationKeeper(
  deps: Omit<ApprovalDeps, 'bus' | 'now'> & {
    bus: Bus
    clock: Clock
    log: Logger
    hasStartConf(group: string): Promise<boolean>
  },
): RegistrationKeeper {
  const { db, bus, clock, log } = deps
  let work = Promise.resolve()
  let cancel = () => {}
  let unsubscribe = async () => {}

  const lookAt = async (row: RegistrationRow, rules: RegistrationRules) => {
    const number = ruleFor(rules, row, await deps.hasStartConf(row.group), clock.now())
    if (number === undefined) return
    const by = `rule ${number}`
    try {
      const options = { by, replace: false, reason: null }
      const { host } = await approve({ ...deps, now: clock.now }, row.id, options)
      await recordAudit(db, {
        ...{ who: by, source: 'server', action: 'registration.approve', target: host.hostname },
        detail: { registration: row.id, mac: host.mac },
      })
      log.info({ host: host.mac, registration: row.id }, 'registration approved by rule')
    } catch (err) {
      // Somebody has to look at what clashes; it goes on waiting.
      log.info({ host: row.mac, reason: (err as Error).message }, 'registration not approved')
    }
  }
  const lookAtAll = async () => {
    const rules = await readRules(db)
    if (!rules.enabled) return
    for (const row of await listRegistrations(db, { state: 'pending' })) await lookAt(row, rules)
  }
  const look = () => {
    work = work.then(lookAtAll).catch((err) => log.error({ err }, 'registrations not looked at'))
    return work
  }
  const again = () => {
    cancel = clock.after(againMs, () => void look().then(again))
  }
  return {
    look,
    async start() {
      const subscription = await bus.subscribe((event) => {
        if (event.type === 'registration.created' && event.state === 'pending') void look()
      })
      unsubscribe = () => subscription.close()
      await look()
      again()
    },
    async stop() {
      cancel()
      await unsubscribe()
      await work
      cancel()
    },
  }
}

/** The rules in force; none when what is stored cannot be read. */
export async function readRules(db: Db): Promise<RegistrationRules> {
  const stored = registrationRules.safeParse((await readRegistrationRules(db)) ?? noRules)
  return stored.success ? stored.data : noRules
}
