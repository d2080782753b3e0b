const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** 1234567 → `1.2 MB`, in the language's own digits. */
export function bytes(value: number, locale: string): string {
  let scaled = Math.max(0, value)
  let unit = 0
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000
    unit += 1
  }
  const digits = unit === 0 || scaled >= 99.95 ? 0 : 1
  const number = scaled.toLocaleString(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${number}\u00a0${units[unit]}`
}

export function rate(bytesPerSecond: number, locale: string): string {
  return `${bytes(bytesPerSecond, locale)}/s`
}

/** Milliseconds → `850 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(ms: number, locale: string): string {
  const value = Math.max(0, ms)
  if (value < 1000) return `${Math.round(value)}\u00a0ms`
  const seconds = value / 1000
  if (seconds < 59.95) {
    const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
    return `${seconds.toLocaleString(locale, one)}\u00a0s`
  }
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}\u00a0min ${pad(whole % 60)}\u00a0s`
  return `${Math.floor(minutes / 60)}\u00a0h ${pad(minutes % 60)}\u00a0min`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** Seconds until the rest has come at this rate; null when nobody can know. */
export function secondsLeft(done: number, total: number | null, perSecond: number): number | null {
  if (total === null || perSecond <= 0) return null
  return Math.max(0, (total - done) / perSecond)
}

/** `08:15:30`. */
export function clock(at: string | number, locale: string): string {
  return new Date(at).toLocaleTimeString(locale, { hourCycle: 'h23' })
}

/** `3 min ago` in the language. */
export function ago(at: string | number, now: number, locale: string): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000)
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const size = Math.abs(seconds)
  if (size < 5) return format.format(0, 'second')
  if (size < 60) return format.format(seconds, 'second')
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return format.format(Math.round(seconds / 3600), 'hour')
  return format.format(Math.round(seconds / 86_400), 'day')
}

/** `21 Nov 2026, 08:15`. */
export function moment(at: string | number, locale: string): string {
  return new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
}

/** The part of a path people recognise. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `r101-pc07` in room `r101` is `pc07`: on a room's own card the room need not be repeated 30 times. */
export function shortName(hostname: string, room: string): string {
  if (room && hostname.startsWith(room) && hostname.length > room.length) {
    const rest = hostname.slice(room.length).replace(/^[-_.]/, '')
    if (/[a-z0-9]/i.test(rest)) return rest
  }
  return hostname
}

/** Sorts `pc2` before `pc10`. */
export const natural: (a: string, b: string) => number = new Intl.Collator('en', {
  numeric: true,
  sensitivity: 'base',
}).compare
