import { join } from 'node:path'
import type { Bus, BusEvent, Subscription } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import { keepNewest, writeAtomic } from '@linbo/runtime'

/** Notices machines whose iPXE does not get to the network, and lets GRUB load LINBO there. */
export interface IpxeGuard {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Once may be somebody at the power button. */
const failuresToMark = 2
const keptMachines = 10_000

/**
 * A machine that was given iPXE and then starts from the beginning, without having asked for the kernel, failed.
 * Twice in a row gets it a file in `boot/grub/ipxe-off`, which GRUB looks for before it hands over to iPXE. All
 * API processes do the same; the file is the same.
 */
export function createIpxeGuard(deps: {
  root: string
  bus: Pick<Bus, 'subscribe'>
  log: Logger
}): IpxeGuard {
  const { root, bus, log } = deps
  const machines = new Map<string, { failures: number; isHandedOver: boolean }>()
  const writing = new Set<Promise<void>>()
  let subscription: Subscription | undefined

  const mark = async (mac: string, host: string | null) => {
    try {
      const text = 'iPXE did not load LINBO on this machine. Remove this file to try again.\n'
      await writeAtomic(join(root, 'boot/grub/ipxe-off', mac), text)
      log.warn(
        { mac, host },
        'iPXE does not work on this machine: GRUB loads LINBO there from now on',
      )
    } catch (err) {
      log.warn({ err, mac, host }, 'cannot note that iPXE does not work on this machine')
    }
  }
  const handle = (event: BusEvent) => {
    if (event.type === 'transfer.started' && event.mac) {
      if (event.file === 'linbo64') machines.delete(event.mac)
      if (event.file !== 'boot/grub/ipxe.lkrn') return
      const { failures = 0 } = machines.get(event.mac) ?? {}
      keepNewest(machines, event.mac, { failures, isHandedOver: true }, keptMachines)
    } else if (event.type === 'boot.step' && event.step === 'boot-file' && event.mac) {
      const known = machines.get(event.mac)
      if (!known?.isHandedOver) return
      known.isHandedOver = false
      known.failures += 1
      if (known.failures < failuresToMark) return
      machines.delete(event.mac)
      const written = mark(event.mac, event.host).finally(() => writing.delete(written))
      writing.add(written)
    }
  }
  return {
    async start() {
      subscription = await bus.subscribe(handle)
    },
    async stop() {
      await subscription?.close()
      await Promise.all(writing)
    },
  }
}
