import { pause } from '@linbo/runtime'
import { connectClient, readClientHostKeys, type SshConnection } from '@linbo/ssh'
import { findAddress } from './address.ts'
import {
  checkOnboot,
  type HostJob,
  removeOnboot,
  taskWords,
  unconnected,
  verdict,
  wake,
  writeOnboot,
} from './host-tasks.ts'
import { createMilestones } from './milestones.ts'
import { step } from './run.ts'
import {
  createRun,
  type Effect,
  type FinalPhase,
  type Input,
  type Task,
  type TimerName,
} from './run-state.ts'
import { isUploadFailure, watchUploads } from './upload.ts'

/** How long a client may take for the small things around the commands, in milliseconds. */
const smallTaskMs = 20_000
/** How long a stopped command may take to clean up after itself. */
const stopGraceMs = 5000

/** How long logging in waits for a database that is away, and between two attempts. */
const databaseMs = 60_000
const databaseRetryMs = 1000

/** An answer for the state machine, or the error that came instead. */
type Attempt = { answered?: Input; code?: string; message?: string; fix?: string }

/** Carries one host through its part of an operation. Never rejects. */
export async function driveHost(job: HostJob): Promise<FinalPhase> {
  const { plan, report, shared, hostname } = job
  const { config, log } = shared
  const run = createRun(plan, {
    pauseMs: config.LINBO_REMOTE_PAUSE_SECONDS * 1000,
    retryMs: config.LINBO_REMOTE_RETRY_SECONDS * 1000,
    overallMs: config.LINBO_REMOTE_HOST_SECONDS * 1000,
  })
  const timers = new Map<TimerName, NodeJS.Timeout>()
  const inputs: Input[] = []
  let wakeLoop = () => {}
  let connection: SshConnection | undefined
  let ip = ''
  let connecting = new AbortController()
  let task = new AbortController()
  let stopping: Promise<void> = Promise.resolve()
  let grace: NodeJS.Timeout | undefined
  let giveSlotBack = () => {}
  let finished: Extract<Effect, { type: 'finish' }> | undefined

  const feed = (input: Input) => {
    inputs.push(input)
    wakeLoop()
  }
  const answer = (work: Promise<Input>) => {
    work.then(feed, (error: Error) => feed({ type: 'unable', reason: error.message }))
  }
  const stopped = () =>
    feed({
      type: 'stop',
      phase: job.stop.reason === 'interrupted' ? 'interrupted' : 'cancelled',
      reason: job.stop.reason === 'interrupted' ? 'the server stopped while this ran' : 'cancelled',
    })

  const forced = () => {
    connecting.abort()
    task.abort()
    connection?.close()
  }

  async function connect(): Promise<Input> {
    connecting = new AbortController()
    const giveUpAt = Date.now() + databaseMs
    for (;;) {
      const { code, message, fix, answered } = await attempt(connecting.signal)
      if (answered) return answered
      const ofDatabase = code === undefined || !/^(?:SSH_|ABORTED)/.test(code)
      if (!ofDatabase || connecting.signal.aborted || Date.now() > giveUpAt) {
        const reason = `${message ?? 'given up'}${fix ? `. ${fix}` : ''}`
        log.debug({ host: hostname, ip, reason }, 'not connected')
        return unconnected(code ?? 'ABORTED', reason)
      }
      log.warn({ host: hostname, reason: message }, 'connecting waits for the database')
      await pause(databaseRetryMs, connecting.signal)
    }
  }

  async function attempt(signal: AbortSignal): Promise<Attempt> {
    if (job.force.aborted) return { code: 'ABORTED', message: 'the server stops' }
    try {
      const found = await findAddress(shared.db, shared.bus, hostname)
      if (!found) {
        return { answered: unconnected('UNKNOWN_HOST', `there is no host ${hostname}`) }
      }
      if (!found.ip) {
        const reason = `${hostname} has no address: it has no fixed one, no lease, and was not seen yet`
        return { answered: unconnected('NO_ADDRESS', reason) }
      }
      ip = found.ip
      giveSlotBack()
      giveSlotBack = await takeSlot(signal)
      connection = await connectClient({
        hostname,
        ip,
        port: config.LINBO_CLIENT_SSH_PORT,
        privateKey: shared.privateKey,
        db: shared.db,
        ownKeys: await readClientHostKeys(config.LINBO_DATA_DIR),
        timeoutMs: config.LINBO_REMOTE_CONNECT_SECONDS * 1000,
        signal,
      })
      shared.bus.publish('host.seen', { host: hostname, mac: found.host.mac, ip, by: 'ssh' })
      return { answered: { type: 'connected' } }
    } catch (error) {
      giveSlotBack()
      if (signal.aborted) return { code: 'ABORTED' }
      return error as Attempt
    }
  }

  async function takeSlot(signal: AbortSignal): Promise<() => void> {
    if (shared.slots.available() || run.woken) return shared.slots.take(signal)
    report.step('waiting', 'Waits until fewer clients run commands (LINBO_REMOTE_PARALLEL).', null)
    const giveBack = await shared.slots.take(signal)
    report.step('connecting', 'Connecting.', null)
    return giveBack
  }

  async function runTask(one: Task): Promise<Input> {
    await stopping
    task = new AbortController()
    const notRun = { type: 'ran', code: null, problem: null } as const
    if (!connection || job.force.aborted) return { ...notRun, ended: 'lost' }
    if (one.kind === 'command') {
      return run.outcome ? { ...notRun, ended: 'aborted' } : runCommand(one.index, connection)
    }
    const { words, input } = await taskWords(one, shared)
    const quiet = one.kind === 'probe'
    const leaving = one.kind === 'reboot'
    const result = await connection.exec(words, {
      silenceMs: leaving ? config.LINBO_REMOTE_ENDING_SECONDS * 1000 : smallTaskMs,
      leaveOpen: leaving,
      signal: task.signal,
      ...(input === undefined ? {} : { input }),
      ...(quiet ? {} : { onOutput: (text: string) => report.output(text) }),
    })
    return { type: 'ran', ...result, problem: null }
  }

  async function runCommand(index: number, ssh: SshConnection): Promise<Input> {
    const command = plan.steps[index]
    if (!command) return { type: 'ran', ended: 'exit', code: 0, problem: null }
    const read = createMilestones()
    let problem: string | null = null
    const uploads = command.uploads ? watchUploads(hostname, ip) : undefined
    const forget = uploads ? shared.onEvent((event) => uploads.observe(event)) : () => {}
    const leaving = command.endsSession
    const result = await ssh.exec(command.words, {
      silenceMs:
        (leaving ? config.LINBO_REMOTE_ENDING_SECONDS : config.LINBO_REMOTE_SILENCE_SECONDS) * 1000,
      leaveOpen: leaving,
      signal: task.signal,
      onOutput(text) {
        report.output(text)
        for (const milestone of read(text)) {
          if (milestone.problem && !(uploads && problem && isUploadFailure(problem))) {
            problem = milestone.problem
          }
          report.progress(milestone)
        }
      },
    })
    if (uploads && result.ended === 'exit' && result.code === 0) {
      problem = problem && isUploadFailure(problem) ? problem : await verdict(uploads, shared)
    }
    forget()
    return { type: 'ran', ...result, problem }
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'report':
        report.step(effect.phase, effect.text, effect.command)
        break
      case 'write-onboot':
        answer(writeOnboot(job))
        break
      case 'remove-onboot':
        void removeOnboot(job)
        break
      case 'check-onboot':
        answer(checkOnboot(job))
        break
      case 'wake':
        answer(wake(job))
        break
      case 'connect':
        answer(connect())
        break
      case 'abort-connect':
        connecting.abort()
        break
      case 'run':
        answer(
          runTask(effect.task).catch((error: Error) => {
            return { type: 'ran', ended: 'exit', code: 1, problem: error.message }
          }),
        )
        break
      case 'stop-programs': {
        const stopped = task
        grace = setTimeout(() => stopped.abort(), stopGraceMs)
        stopping = (connection?.stopPrograms() ?? Promise.resolve(false)).then((isStopped) => {
          if (!isStopped) stopped.abort()
        })
        break
      }
      case 'close':
        if (connection && effect.linger) shared.linger(connection)
        else connection?.close()
        connection = undefined
        giveSlotBack()
        break
      case 'arm':
        clearTimeout(timers.get(effect.timer))
        timers.set(
          effect.timer,
          setTimeout(() => feed({ type: 'elapsed', timer: effect.timer }), effect.ms),
        )
        break
      case 'finish':
        finished = effect
    }
  }

  if (job.stop.aborted) stopped()
  else feed({ type: 'start' })
  job.stop.addEventListener('abort', stopped, { once: true })
  job.force.addEventListener('abort', forced, { once: true })
  while (!finished) {
    const input = inputs.shift()
    if (!input) {
      await new Promise<void>((resolve) => {
        wakeLoop = resolve
      })
      continue
    }
    for (const effect of step(run, input)) carryOut(effect)
  }
  job.stop.removeEventListener('abort', stopped)
  job.force.removeEventListener('abort', forced)
  clearTimeout(grace)
  for (const timer of timers.values()) clearTimeout(timer)
  connection?.close()
  giveSlotBack()
  await report.finish(finished.phase, finished.reason, finished.exitCode)
  const { phase, reason } = finished
  log.info({ host: hostname, phase, ...(reason ? { reason } : {}) }, 'host finished')
  return phase
}
