import { type BootAttempt, type BootPhase, phases, type Transfer } from '../resources.ts'

/** A row of the timeline. Times are milliseconds since the attempt began, `ms` how long it took. */
export type Row = { id: string; start: number } & (
  | { kind: 'phase'; phase: BootPhase; ms: number; usual: number | null; isOpen: boolean }
  | { kind: 'step'; step: BootAttempt['steps'][number] }
  | {
      kind: 'file'
      file: BootAttempt['files'][number]
      ms: number
      /** Bytes per second. */
      rate: number | null
      isOpen: boolean
      ok: boolean
    }
  | { kind: 'small'; count: number; bytes: number }
)

export interface Timeline {
  rows: Row[]
  /** What the whole width stands for. */
  total: number
  took: number
}

/** A file below this is only counted, unless it is a step of the boot or had trouble. */
const smallBytes = 500_000

/**
 * A boot attempt as rows: each phase, below it its steps and files in order of time.
 * @param now milliseconds since 1970: where a boot that goes on ends.
 * @param running finds how far a file is that is being fetched.
 */
export function timeline(
  boot: BootAttempt,
  now: number,
  running: (id: string) => Pick<Transfer, 'bytes' | 'bytesPerSecond'> | undefined,
): Timeline {
  const begun = Date.parse(boot.startedAt)
  const until = boot.state === 'booting' ? Math.max(now, Date.parse(boot.lastAt)) - begun : 0
  const since = (at: string) => Math.max(0, Date.parse(at) - begun)
  const ready = boot.steps.find(({ step, ok }) => step === 'ready' && ok)
  const rows: Row[] = []
  for (const phase of phases) {
    const time = boot.phases.find((one) => one.phase === phase)
    if (time) {
      const { startMs, ms, isOpen, usualMs: usual } = time
      const isRunning = isOpen && boot.state === 'booting'
      const lasts = isRunning ? Math.max(ms, until - startMs) : ms
      rows.push({
        kind: 'phase',
        id: phase,
        start: startMs,
        phase,
        ms: lasts,
        usual,
        isOpen: isRunning,
      })
    }
    const steps = boot.steps
      .filter((one) => one.phase === phase && one.transfer === null)
      // A machine in LINBO sends its log again and again; that is no part of its boot.
      .filter((one) => !ready || one.step === 'os' || since(one.at) <= since(ready.at))
      .map((step): Row => {
        const start = since(step.at)
        return { kind: 'step', id: `${step.step} ${step.at} ${step.detail}`, start, step }
      })
    const files = boot.files.filter((one) => one.phase === phase)
    const shown = files.filter((one) => !isSmall(one)).map((one) => fileRow(one))
    rows.push(...[...steps, ...shown].sort((a, b) => a.start - b.start))
    const small = files.filter(isSmall)
    if (small.length > 0) {
      const bytes = small.reduce((sum, one) => sum + one.bytes, 0)
      const start = since(small[0]?.at ?? boot.startedAt)
      rows.push({ kind: 'small', id: `small ${phase}`, start, count: small.length, bytes })
    }
  }
  const ends = rows.map((row) => {
    if (row.kind === 'phase') return row.start + Math.max(row.ms, row.usual ?? 0)
    return row.kind === 'file' ? row.start + row.ms : 0
  })
  const took = boot.phases.reduce((sum, one) => Math.max(sum, one.startMs + one.ms), until)
  return { rows, total: Math.max(1, ...ends), took }

  function fileRow(file: BootAttempt['files'][number]): Row {
    const start = since(file.at)
    const live = file.result === null ? running(file.id) : undefined
    const isOpen = file.result === null && boot.state === 'booting'
    const end = isOpen ? until : since(boot.lastAt)
    const ms = file.ms ?? Math.max(0, end - start)
    const bytes = live?.bytes ?? file.bytes
    const rate = live?.bytesPerSecond ?? (ms > 0 ? (bytes * 1000) / ms : null)
    const ok = file.result === 'ok' || isOpen
    return { kind: 'file', id: file.id, start, file: { ...file, bytes }, ms, rate, isOpen, ok }
  }
}

function isSmall(file: BootAttempt['files'][number]): boolean {
  return file.step === null && file.result === 'ok' && !file.retries && file.bytes < smallBytes
}

/** How many times as long as usual, when that is worth telling. */
export function slower(ms: number, usual: number | null): number | null {
  if (usual === null || ms < usual * 1.5 || ms - usual < 1000) return null
  return ms / Math.max(1, usual)
}
