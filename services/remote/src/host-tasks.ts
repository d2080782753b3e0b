import { pause } from '@linbo/runtime'
import { findAddress } from './address.ts'
import { onbootText } from './onboot.ts'
import { onbootFile } from './onboot-file.ts'
import type { Plan } from './plan.ts'
import type { Report } from './report.ts'
import type { Input, Task } from './run-state.ts'
import type { Shared } from './shared.ts'
import type { UploadWatch } from './upload.ts'

export interface HostJob {
  hostname: string
  plan: Plan
  report: Report
  shared: Shared
  /** Resolves when it is this host's turn to be woken. */
  wakeTurn(): Promise<void>
  /** Aborts with `cancelled` or `interrupted` as its reason. */
  stop: AbortSignal
  /** Aborts when there is no time left to clean up. */
  force: AbortSignal
}

/** How long after an upload the gateway's news may still be on their way. */
const verdictMs = 3000

/** The words of everything that is not a command of the operation. */
export async function taskWords(
  task: Exclude<Task, { kind: 'command' }>,
  shared: Shared,
): Promise<{ words: string[]; input?: string }> {
  switch (task.kind) {
    case 'probe':
      // This file is there in LINBO, and in no operating system.
      return { words: ['/bin/ls', '/start.conf'] }
    case 'gui-off':
      return { words: ['gui_ctl', 'disable'] }
    case 'put-secrets': {
      const words = ['sh', '-c', 'umask 077; cat > /tmp/rsyncd.secrets']
      return { words, input: `linbo:${await shared.uploadPassword()}\n` }
    }
    case 'clear-secrets':
      return { words: ['rm', '-f', '/tmp/rsyncd.secrets'] }
    case 'gui-on':
      return { words: ['gui_ctl', 'restore'] }
    case 'reboot':
      return { words: ['/sbin/reboot'] }
  }
}

export function unconnected(code: string, reason: string): Input {
  return { type: 'unconnected', code, reason }
}

export async function writeOnboot({ plan, hostname, shared }: HostJob): Promise<Input> {
  if (!plan.onboot) return { type: 'written' }
  const uploads = plan.mode === 'next-boot' && plan.uploads
  const made = onbootText(plan.onboot, uploads ? await shared.uploadPassword() : null)
  if ('refused' in made) return { type: 'unable', reason: made.refused }
  await onbootFile(shared.config.LINBO_DIR, hostname).write(made.text)
  return { type: 'written' }
}

export async function removeOnboot({ hostname, shared }: HostJob): Promise<void> {
  try {
    await onbootFile(shared.config.LINBO_DIR, hostname).remove()
  } catch (err) {
    shared.log.warn({ err, host: hostname }, 'the command file could not be removed')
  }
}

export async function checkOnboot({ hostname, shared }: HostJob): Promise<Input> {
  const taken = !(await onbootFile(shared.config.LINBO_DIR, hostname).exists())
  return { type: 'onboot-state', taken }
}

export async function wake(job: HostJob): Promise<Input> {
  const { shared, hostname, plan } = job
  await job.wakeTurn()
  if (job.stop.aborted) return { type: 'woken' }
  const found = await findAddress(shared.db, shared.bus, hostname)
  if (!found) return { type: 'unable', reason: `there is no host ${hostname}` }
  await shared.waker.wake({ mac: found.host.mac, ip: found.ip }, plan.wake?.broadcast ?? false)
  return { type: 'woken' }
}

/** What the gateway saw of an upload; waits a moment for news that is on its way. */
export async function verdict(watch: UploadWatch, shared: Shared): Promise<string | null> {
  const ended = new AbortController()
  const forget = shared.onEvent(() => {
    if (watch.verdict().state === 'ended') ended.abort()
  })
  if (watch.verdict().state === 'waiting') await pause(verdictMs, ended.signal)
  forget()
  const result = watch.verdict()
  return result.state === 'ended' ? result.problem : 'the server has not received a whole image'
}
