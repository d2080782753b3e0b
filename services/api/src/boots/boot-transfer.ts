import { randomUUID } from 'node:crypto'
import { type FileRole, roleOf } from '@linbo/boot'
import type { BootCause, Bus, Events, Machine } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import type { Sent } from '../http/send-slices.ts'

interface Deps {
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock: Clock
}

export interface TransferReport {
  sent(bytes: number): void
  finished(sent: Sent): void
}

/** At most four events a second tell how far a transfer is. */
const progressMs = 250

/**
 * Tells of one delivery: its beginning, how far it is, its end, and the boot step it was. A part that does not reach
 * the end of the file is no step, and neither is what the machine broke off: GRUB opens files that it then does not
 * want, and asks again from the middle.
 */
export function reportTransfer(
  { bus, clock, log }: Deps,
  machine: Promise<Machine>,
  delivery: { file: string; length: number; reachesEnd: boolean },
): TransferReport {
  const { file, length, reachesEnd } = delivery
  const transfer = randomUUID()
  const begun = clock.now()
  let bytes = 0
  let told = { at: begun, bytes: 0 }
  /** Everything waits for the same answer, so the events keep their order. */
  const tell = (publish: (machine: Machine) => void) => void machine.then(publish)
  tell((known) => {
    bus.publish('host.seen', { ...known, by: 'http' })
    const facts = { via: 'http', direction: 'down', file, sizeBytes: length } as const
    bus.publish('transfer.started', { ...known, transfer, ...facts })
  })
  return {
    sent(count) {
      bytes += count
      const at = clock.now()
      if (at - told.at < progressMs) return
      const bytesPerSecond = Math.round(((bytes - told.bytes) * 1000) / (at - told.at))
      told = { at, bytes }
      const progress = { transfer, bytes, sizeBytes: length, bytesPerSecond }
      tell(() => bus.publish('transfer.progress', progress))
    },
    finished({ result, reason, cause }) {
      const ms = clock.now() - begun
      const role = roleOf(file)
      const isStep = role && (result === 'failed' || (result === 'ok' && reachesEnd))
      tell((known) => {
        bus.publish('transfer.finished', { transfer, result, bytes, ms, reason })
        log.info({ ...known, file, bytes, ms, result }, 'transfer finished')
        if (!isStep) return
        const detail = `${file}: ${reason ?? `${bytes} bytes in ${ms} ms`}`
        bus.publish('boot.step', step(known, role, file, result === 'ok', detail, cause))
      })
    },
  }
}

/** Tells of a file that is not there when a machine cannot boot without it. */
export function reportMissing(
  { bus }: Pick<Deps, 'bus'>,
  machine: Promise<Machine>,
  file: string,
): void {
  const role = roleOf(file)
  if (!role?.required) return
  const detail = `${file}: there is no such file`
  void machine.then((known) =>
    bus.publish('boot.step', step(known, role, file, false, detail, 'file-missing')),
  )
}

function step(
  machine: Machine,
  { step, firmware }: FileRole,
  file: string,
  ok: boolean,
  detail: string,
  cause: BootCause | undefined,
): Events['boot.step'] {
  return {
    ...machine,
    step,
    ok,
    detail,
    ...(firmware ? { firmware } : {}),
    ...(cause ? { cause, about: file } : {}),
  }
}
