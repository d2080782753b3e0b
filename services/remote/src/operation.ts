import { randomUUID } from 'node:crypto'
import type { OperationState } from '@linbo/bus'
import {
  changeOperation,
  listOperationHosts,
  type OperationHostRow,
  type OperationRow,
} from '@linbo/db'
import { pause } from '@linbo/runtime'
import { createHold } from './hold.ts'
import { driveHost } from './host.ts'
import { createPlan, type Plan } from './plan.ts'
import { createReport, type Report } from './report.ts'
import type { FinalPhase } from './run-state.ts'
import type { Shared } from './shared.ts'

/** An operation this service runs. */
export interface RunningOperation {
  readonly id: string
  stop(why: 'cancelled' | 'interrupted'): void
  /** Leaves clients as they are and gives up writes that wait for the database. */
  force(): void
  /** Resolves when every host is done and that is written down. */
  readonly done: Promise<void>
}

/** A host is in one operation at a time; the claim ends by itself when this process dies. */
const claimMs = 30_000
const claimRetryMs = 1000

export function runOperation(row: OperationRow, shared: Shared): RunningOperation {
  const stop = new AbortController()
  const force = new AbortController()
  const hold = createHold(shared.log)
  const { bus, db, log } = shared
  const owner = `${row.id}:${randomUUID()}`

  async function run(): Promise<void> {
    let rows: OperationHostRow[] = []
    await hold.write('the list of hosts', async () => {
      rows = await listOperationHosts(db, [row.id])
    })
    const hosts = rows.map((one) => one.hostname)
    bus.publish('operation.started', {
      operation: row.id,
      commands: row.commands,
      hosts,
      by: row.created_by,
    })
    const made = createPlan(row.commands, row.options, hosts.length)
    let turn: Promise<void> = Promise.resolve()
    const wakeTurn = () => {
      const mine = turn
      const betweenMs = 'plan' in made ? (made.plan.wake?.betweenMs ?? 0) : 0
      turn = mine.then(() => pause(betweenMs, stop.signal))
      return mine
    }
    const phases = await Promise.all(
      hosts.map(async (hostname): Promise<[string, FinalPhase]> => {
        const report = createReport({
          db,
          bus,
          hold,
          operation: row.id,
          hostname,
          commands: 'plan' in made ? made.plan.steps.length : 0,
          outputLimit: shared.config.LINBO_REMOTE_OUTPUT_KB * 1024,
        })
        if ('refused' in made) return [hostname, await refuse(report, made.refused)]
        return [hostname, await runHost(hostname, made.plan, report, wakeTurn)]
      }),
    )
    await finish(phases)
  }

  async function runHost(
    hostname: string,
    plan: Plan,
    report: Report,
    wakeTurn: () => Promise<void>,
  ): Promise<FinalPhase> {
    const key = `remote:${hostname}`
    const claim = () => bus.state.acquire(key, owner, claimMs).catch(() => false)
    let told = false
    while (!stop.signal.aborted && !(await claim())) {
      if (!told) report.step('waiting', 'Another operation runs on this host.', null)
      told = true
      await pause(claimRetryMs, stop.signal)
    }
    const renewal = setInterval(() => void claim(), claimMs / 3)
    try {
      const job = {
        hostname,
        plan,
        report,
        shared,
        wakeTurn,
        stop: stop.signal,
        force: force.signal,
      }
      return await driveHost(job)
    } finally {
      clearInterval(renewal)
      if ((await bus.state.get(key).catch(() => undefined)) === owner) {
        await bus.state.delete(key).catch(() => {})
      }
    }
  }

  async function finish(phases: [string, FinalPhase][]): Promise<void> {
    const failed = phases.filter(([, phase]) => phase !== 'done').map(([hostname]) => hostname)
    const state = stateOf(phases.map(([, phase]) => phase))
    const finishedAt = new Date()
    await hold.write('the end of an operation', () =>
      changeOperation(db, row.id, { state, finished_at: finishedAt }),
    )
    bus.publish('operation.finished', { operation: row.id, state, failed })
    log.info(
      { operation: row.id, state, hosts: phases.length, failed: failed.length },
      'operation finished',
    )
  }

  return {
    id: row.id,
    stop: (why) => stop.abort(why),
    force() {
      force.abort()
      hold.giveUp()
    },
    done: run().catch((err) => log.error({ err, operation: row.id }, 'operation broke off')),
  }
}

async function refuse(report: Report, reason: string): Promise<FinalPhase> {
  report.step('failed', reason, null)
  await report.finish('failed', reason, null)
  return 'failed'
}

function stateOf(phases: FinalPhase[]): OperationState {
  if (phases.includes('interrupted')) return 'interrupted'
  if (phases.includes('cancelled')) return 'cancelled'
  return phases.every((phase) => phase === 'done') ? 'done' : 'failed'
}
