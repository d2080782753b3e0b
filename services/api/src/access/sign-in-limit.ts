import { keepNewest } from '@linbo/runtime'

/** After this many failures an address has to wait. */
export const allowedFailures = 10
/** Failures are forgotten after this long, in milliseconds. */
export const windowMs = 5 * 60_000
const rememberedAddresses = 10_000

/** Counts failed sign-ins per address. Times are milliseconds of one clock. */
export interface SignInLimit {
  /** Seconds the address has to wait, 0 when it may try. */
  waitSeconds(address: string, now: number): number
  failed(address: string, now: number): void
  succeeded(address: string): void
}

export function createSignInLimit(): SignInLimit {
  const failures = new Map<string, number[]>()
  const recent = (address: string, now: number) =>
    (failures.get(address) ?? []).filter((at) => at > now - windowMs)
  return {
    waitSeconds(address, now) {
      const times = recent(address, now)
      const first = times.at(-allowedFailures)
      return first === undefined ? 0 : Math.max(1, Math.ceil((first + windowMs - now) / 1000))
    },
    failed(address, now) {
      const times = [...recent(address, now), now].slice(-allowedFailures)
      keepNewest(failures, address, times, rememberedAddresses)
    },
    succeeded: (address) => void failures.delete(address),
  }
}
