import type { OperationOptions } from '../resources.ts'

/** What is ticked in the dialog. */
export interface Choice {
  when: 'now' | 'next-boot'
  wake: boolean
  /** How long a woken machine may take to reach LINBO. */
  waitSeconds: number
  betweenSeconds: number
  broadcast: boolean
  noauto: boolean
  disableGui: boolean
}

export function newChoice(): Choice {
  return {
    when: 'now',
    wake: false,
    waitSeconds: 300,
    betweenSeconds: 0,
    broadcast: false,
    noauto: false,
    disableGui: false,
  }
}

/** The options as the API takes them. */
export function optionsOf(choice: Choice): OperationOptions {
  const { when, waitSeconds, betweenSeconds, broadcast } = choice
  const isNext = when === 'next-boot'
  return {
    when,
    ...(choice.wake ? { wake: { waitSeconds, betweenSeconds, broadcast } } : {}),
    ...(isNext && choice.noauto ? { noauto: true } : {}),
    ...(isNext && choice.disableGui ? { disableGui: true } : {}),
  }
}
