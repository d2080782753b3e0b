import { type BootSetFile, bootSetFiles } from './boot-set.ts'

/** What lies under one of the names in LINBO_DIR. */
export type Place =
  | 'absent'
  /** Our link into the current set. */
  | 'link'
  /** Somebody's own file, or another link. */
  | 'own'

export interface BootSetPlaces {
  places: Record<BootSetFile, Place>
  /** The set that `current` names, if there is one. */
  current: string | undefined
}

/**
 * One step of a switch. After each of them clients see the same bytes under all names as before, but for the last,
 * which changes all at once.
 */
export type SwitchStep =
  /** Makes a set of what is seen under the names now. The steps after it mean it by `found`. */
  | { do: 'adopt' }
  /** Lets `current` name the set of the step before. */
  | { do: 'point-at-found' }
  /** Puts our link under the name. */
  | { do: 'link'; name: BootSetFile }
  /** Notes in the set that it is no longer the current one. */
  | { do: 'leave'; set: string }
  /** The same for the set of the first step; clients that began with the files themselves stay with it. */
  | { do: 'leave-found' }
  /** Lets `current` name this set. */
  | { do: 'point'; set: string }

/** The steps that make a set the current one, in the order in which they may be interrupted. */
export function planSwitch(found: BootSetPlaces, target: string): SwitchStep[] {
  const steps: SwitchStep[] = []
  const hasOwn = bootSetFiles.some((name) => found.places[name] === 'own')
  if (hasOwn) steps.push({ do: 'adopt' }, { do: 'point-at-found' })
  for (const name of bootSetFiles) {
    if (found.places[name] !== 'link') steps.push({ do: 'link', name })
  }
  if (hasOwn) steps.push({ do: 'leave-found' })
  else if (found.current !== undefined && found.current !== target)
    steps.push({ do: 'leave', set: found.current })
  if (hasOwn || found.current !== target) steps.push({ do: 'point', set: target })
  return steps
}

/** A set, as the decision about old ones sees it. */
export interface KnownBootSet {
  id: string
  isCurrent: boolean
  isInUse: boolean
  /** When it was made or last left, in milliseconds since 1970. */
  usedAt: number
}

/** Clients that began with a set may ask for the rest of it for as long as this, in milliseconds. */
export const inUseMs = 3_600_000
/** Sets that are kept, the current one among them. */
export const keptSets = 5

/** The sets to remove: all but the current one, those in use, and the latest. */
export function outdatedSets(sets: KnownBootSet[]): string[] {
  const kept = (set: KnownBootSet) => (set.isCurrent ? Number.POSITIVE_INFINITY : set.usedAt)
  return sets
    .toSorted((a, b) => kept(b) - kept(a))
    .slice(keptSets)
    .filter((set) => !set.isInUse)
    .map(({ id }) => id)
}
