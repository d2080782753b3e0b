import type { Effect, Input, Outcome, Run, Task, TimerName } from './run-state.ts'

/** One input to one host's run; returns what is to be done. Inputs come one at a time. */
export function step(run: Run, input: Input): Effect[] {
  if (run.stage === 'over') return []
  if (input.type === 'stop') return stop(run, input.phase, input.reason)
  if (input.type === 'elapsed' && input.timer === 'overall') {
    return stop(run, 'failed', `took longer than ${minutes(run.limits.overallMs)}`)
  }
  switch (input.type) {
    case 'start':
      return begin(run)
    case 'written':
      return run.outcome ? finishStopped(run) : afterWriting(run)
    case 'unable':
      return finish(run, { phase: 'failed', reason: input.reason, exitCode: null })
    case 'woken':
      return run.outcome ? finish(run) : afterWaking(run)
    case 'connected':
      return afterConnecting(run)
    case 'unconnected':
      return notConnected(run, input.code, input.reason)
    case 'ran':
      return afterTask(run, input)
    case 'onboot-state':
      return watchOnboot(run, input.taken)
    case 'elapsed':
      return elapsed(run, input.timer)
  }
}

function begin(run: Run): Effect[] {
  if (!run.plan.onboot) return afterWriting(run)
  run.stage = 'writing'
  return [{ type: 'write-onboot' }]
}

function afterWriting(run: Run): Effect[] {
  const { mode, wake } = run.plan
  if (mode === 'next-boot' && !wake) {
    return finish(run, { phase: 'done', reason: null, exitCode: null }, 'Waits for the next boot.')
  }
  // At the next boot: a machine that is in LINBO is rebooted, any other is woken.
  return mode === 'next-boot' || !wake ? connect(run) : wakeUp(run)
}

function wakeUp(run: Run): Effect[] {
  run.stage = 'waking'
  run.woken = true
  return [{ type: 'report', phase: 'waking', text: 'Waking up.', command: null }, { type: 'wake' }]
}

function afterWaking(run: Run): Effect[] {
  const waitMs = run.plan.wake?.waitMs ?? 0
  if (waitMs === 0) {
    const text = run.plan.mode === 'wake' ? 'Magic packet sent.' : 'Waits for the next boot.'
    return finish(run, { phase: 'done', reason: null, exitCode: null }, text)
  }
  return [
    { type: 'arm', timer: 'deadline', ms: waitMs },
    { type: 'report', phase: 'booting', text: 'Waiting for LINBO.', command: null },
    ...(run.plan.mode === 'next-boot' ? lookAtOnboot(run) : connect(run)),
  ]
}

function connect(run: Run): Effect[] {
  run.stage = 'connecting'
  const report: Effect = { type: 'report', phase: 'connecting', text: 'Connecting.', command: null }
  return run.woken || run.recovering ? [{ type: 'connect' }] : [report, { type: 'connect' }]
}

function afterConnecting(run: Run): Effect[] {
  if (run.recovering) return cleanUp(run)
  if (run.outcome) return [{ type: 'close', linger: false }, ...finish(run)]
  return start(run, { kind: 'probe' })
}

function notConnected(run: Run, code: string, reason: string): Effect[] {
  if (run.outcome) return finish(run)
  const unreachable = code === 'SSH_UNREACHABLE' || code === 'NOT_LINBO' || code === 'NO_ADDRESS'
  const { mode } = run.plan
  if (mode === 'next-boot') return wakeUp(run)
  if (run.woken && !run.deadlinePassed) {
    run.stage = 'resting'
    return [{ type: 'arm', timer: 'retry', ms: run.limits.retryMs }]
  }
  if (!unreachable || code === 'NO_ADDRESS') {
    return finish(run, { phase: 'failed', reason, exitCode: null })
  }
  const skipped = mode === 'wake' ? 'Not online!' : 'Not online, host skipped.'
  const why = code === 'NOT_LINBO' ? `${skipped} ${reason}` : skipped
  return finish(run, { phase: 'offline', reason: why, exitCode: null })
}

function start(run: Run, task: Task): Effect[] {
  run.stage = 'task'
  run.task = task
  return [{ type: 'run', task }]
}

function afterTask(run: Run, result: Extract<Input, { type: 'ran' }>): Effect[] {
  const task = run.task
  run.task = null
  if (!task) return []
  switch (task.kind) {
    case 'probe':
      return afterProbe(run, result)
    case 'gui-off':
      run.guiOff = true
      return next(run, result)
    case 'put-secrets':
      run.hasSecrets = true
      if (result.ended !== 'lost' && result.code !== 0 && !run.outcome) {
        const why = result.problem ? `: ${result.problem}` : ''
        const reason = `the upload password could not be put on the client${why}`
        return cleanUp(run, { phase: 'failed', reason, exitCode: result.code })
      }
      return next(run, result)
    case 'command':
      return afterCommand(run, task.index, result)
    case 'clear-secrets':
      run.hasSecrets = false
      return run.outcome ? cleanUp(run) : next(run, result)
    case 'gui-on':
      run.guiOff = false
      return cleanUp(run)
    case 'reboot':
      return rebooted(run)
  }
}

function afterProbe(run: Run, result: Extract<Input, { type: 'ran' }>): Effect[] {
  if (run.outcome) return [{ type: 'close', linger: false }, ...finish(run)]
  if (result.ended !== 'exit' || result.code !== 0) {
    const reason = 'Something answers, but it is not LINBO.'
    return [{ type: 'close', linger: false }, ...notConnected(run, 'NOT_LINBO', reason)]
  }
  if (run.plan.mode === 'wake') {
    const outcome: Outcome = { phase: 'done', reason: null, exitCode: null }
    return [{ type: 'close', linger: false }, ...finish(run, outcome, 'Online!')]
  }
  if (run.plan.mode === 'next-boot') {
    const text = 'Client is already online, rebooting ...'
    const report: Effect = { type: 'report', phase: 'running', text, command: null }
    return [report, ...start(run, { kind: 'reboot' })]
  }
  const text = 'Disabling the GUI.'
  return [
    { type: 'arm', timer: 'overall', ms: run.limits.overallMs },
    // The switches for the boot that brought it here; a job that another operation left stays.
    ...takeBack(run),
    { type: 'report', phase: 'running', text, command: null },
    ...start(run, { kind: 'gui-off' }),
  ]
}

function rebooted(run: Run): Effect[] {
  if (run.outcome) return [{ type: 'close', linger: true }, ...finish(run)]
  return [{ type: 'close', linger: true }, ...afterWaking(run)]
}

/** The next thing to do on a client that is well: the password, a command, a pause, or the end. */
function next(run: Run, result: Extract<Input, { type: 'ran' }>): Effect[] {
  if (result.ended === 'lost' && !run.outcome) {
    return broken(run, 'the connection was lost before the commands could run')
  }
  if (run.outcome) return cleanUp(run)
  const index = run.command === null ? 0 : run.command + 1
  const step = run.plan.steps[index]
  if (!step) return cleanUp(run, { phase: 'done', reason: null, exitCode: result.code })
  const uploadsLeft = run.plan.steps.slice(index).some((one) => one.uploads)
  if (step.uploads && !run.hasSecrets) return start(run, { kind: 'put-secrets' })
  if (!uploadsLeft && run.hasSecrets) return start(run, { kind: 'clear-secrets' })
  run.command = index
  return [
    { type: 'report', phase: 'running', text: step.label, command: index },
    ...start(run, { kind: 'command', index }),
  ]
}

function afterCommand(run: Run, index: number, result: Extract<Input, { type: 'ran' }>): Effect[] {
  const step = run.plan.steps[index]
  const label = step?.label ?? ''
  if (run.outcome) return result.ended === 'lost' ? recover(run) : cleanUp(run)
  if (result.ended === 'exit' && (result.code !== 0 || (step?.uploads && result.problem))) {
    const how = result.code === 0 ? 'failed' : `ended with exit code ${result.code}`
    const reason = `${label} ${how}${result.problem ? `: ${result.problem}` : ''}`
    return cleanUp(run, { phase: 'failed', reason, exitCode: result.code })
  }
  if (step?.endsSession && result.ended !== 'aborted') {
    run.leaving = true
    return cleanUp(run, { phase: 'done', reason: null, exitCode: result.code })
  }
  if (result.ended === 'lost') {
    const hint = 'it was switched off, it hung, or the network failed'
    return broken(run, `the connection was lost during ${label}: ${hint}`)
  }
  if (result.ended === 'silent') {
    const reason = `${label} printed nothing for too long (LINBO_REMOTE_SILENCE_SECONDS)`
    const outcome: Outcome = { phase: 'failed', reason, exitCode: null }
    return [{ type: 'stop-programs' }, ...cleanUp(run, outcome)]
  }
  if (index + 1 === run.plan.steps.length) return next(run, result)
  run.stage = 'pausing'
  return [{ type: 'arm', timer: 'pause', ms: run.limits.pauseMs }]
}

function broken(run: Run, reason: string): Effect[] {
  run.outcome = { phase: 'failed', reason, exitCode: null }
  return recover(run)
}

/** After a lost connection: connect once more, so that the GUI and the password do not stay as they are. */
function recover(run: Run): Effect[] {
  run.recovering = true
  run.stage = 'connecting'
  return [{ type: 'close', linger: false }, { type: 'connect' }]
}

/** Removes what we put on the client, one task after the other, then ends. */
function cleanUp(run: Run, outcome?: Outcome): Effect[] {
  run.outcome ??= outcome ?? null
  if (run.leaving) return [{ type: 'close', linger: true }, ...finish(run)]
  if (run.hasSecrets) return start(run, { kind: 'clear-secrets' })
  if (run.guiOff) return start(run, { kind: 'gui-on' })
  return [{ type: 'close', linger: false }, ...finish(run)]
}

function lookAtOnboot(run: Run): Effect[] {
  run.stage = 'watching'
  return [{ type: 'check-onboot' }]
}

function watchOnboot(run: Run, taken: boolean): Effect[] {
  if (run.outcome) return finish(run)
  if (taken) return finish(run, { phase: 'done', reason: null, exitCode: null }, 'Ok!')
  if (run.deadlinePassed) {
    const reason = 'Not done, host skipped!'
    return [{ type: 'remove-onboot' }, ...finish(run, { phase: 'offline', reason, exitCode: null })]
  }
  run.stage = 'resting'
  return [{ type: 'arm', timer: 'retry', ms: run.limits.retryMs }]
}

function elapsed(run: Run, timer: TimerName): Effect[] {
  if (timer === 'deadline') run.deadlinePassed = true
  if (timer === 'retry' && run.stage === 'resting') {
    return run.plan.mode === 'next-boot' ? lookAtOnboot(run) : connect(run)
  }
  if (timer === 'pause' && run.stage === 'pausing') {
    return next(run, { type: 'ran', ended: 'exit', code: 0, problem: null })
  }
  return []
}

/** Ends the run from outside, with whatever cleaning up is possible. */
function stop(run: Run, phase: 'cancelled' | 'interrupted' | 'failed', reason: string): Effect[] {
  if (run.outcome) return []
  run.outcome = { phase, reason, exitCode: null }
  switch (run.stage) {
    case 'connecting':
      return [...takeBack(run), { type: 'abort-connect' }]
    case 'task':
      return [...takeBack(run), { type: 'stop-programs' }]
    case 'pausing':
      return cleanUp(run)
    case 'idle':
    case 'resting':
      return finishStopped(run)
    default:
      // Writing, waking and looking answer in a moment.
      return takeBack(run)
  }
}

function takeBack(run: Run): Effect[] {
  return run.plan.onboot ? [{ type: 'remove-onboot' }] : []
}

function finishStopped(run: Run): Effect[] {
  return [...takeBack(run), ...finish(run)]
}

function finish(run: Run, outcome?: Outcome, text?: string): Effect[] {
  run.outcome ??= outcome ?? { phase: 'done', reason: null, exitCode: null }
  run.stage = 'over'
  const { phase, reason, exitCode } = run.outcome
  const shown = reason ?? text ?? 'Done.'
  return [
    { type: 'report', phase, text: shown, command: run.command },
    { type: 'finish', phase, reason, exitCode },
  ]
}

function minutes(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} seconds` : `${Math.round(ms / 60_000)} minutes`
}
