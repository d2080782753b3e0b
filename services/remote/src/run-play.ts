import { createPlan } from './plan.ts'
import { step } from './run.ts'
import { createRun, type Effect, type Input, type Run } from './run-state.ts'

export const limits = { pauseMs: 10, retryMs: 20, overallMs: 600_000 }
export const wake = { waitSeconds: 60, betweenSeconds: 0, broadcast: false }

export function start(commands: string, options: Record<string, unknown> = {}): Run {
  const made = createPlan(commands, options, 1)
  if ('refused' in made) throw new Error(made.refused)
  return createRun(made.plan, limits)
}

/** Effects in short: `run gui-off`, `connect`, `finish done`. Reports are left out. */
export function short(effects: Effect[]): string[] {
  return effects.flatMap((effect) => {
    switch (effect.type) {
      case 'report':
        return []
      case 'run':
        return effect.task.kind === 'command'
          ? `run ${effect.task.index}`
          : `run ${effect.task.kind}`
      case 'arm':
        return `arm ${effect.timer}`
      case 'close':
        return effect.linger ? 'linger' : 'close'
      case 'finish':
        return `finish ${effect.phase}`
      default:
        return effect.type
    }
  })
}

export const ok: Input = { type: 'ran', ended: 'exit', code: 0, problem: null }
export const lost: Input = { type: 'ran', ended: 'lost', code: null, problem: null }
export const silent: Input = { type: 'ran', ended: 'silent', code: null, problem: null }
export const aborted: Input = { type: 'ran', ended: 'aborted', code: null, problem: null }
export const code = (number: number): Input => ({
  type: 'ran',
  ended: 'exit',
  code: number,
  problem: null,
})
export const off: Input = {
  type: 'unconnected',
  code: 'SSH_UNREACHABLE',
  reason: 'pc1 does not answer',
}
export const refused: Input = {
  type: 'unconnected',
  code: 'SSH_REFUSED',
  reason: 'pc1 does not accept our key',
}
export const begin: Input = { type: 'start' }
export const connected: Input = { type: 'connected' }
export const elapsed = (timer: 'retry' | 'deadline' | 'pause' | 'overall'): Input => ({
  type: 'elapsed',
  timer,
})
export const cancel: Input = { type: 'stop', phase: 'cancelled', reason: 'cancelled' }

/** Feeds inputs, and returns what each one caused. */
export function play(run: Run, ...inputs: Input[]): string[][] {
  return inputs.map((input) => short(step(run, input)))
}
export function outcome(run: Run) {
  return run.stage === 'over' ? run.outcome : undefined
}
/** Up to the first command. */
export const ready = [begin, connected, ok, ok]
