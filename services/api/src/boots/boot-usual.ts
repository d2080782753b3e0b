import { type BootRow, type Db, type UsualPhases, usualPhases } from '@linbo/db'

export interface Usual extends UsualPhases {
  /** Whose boots it is taken from: those of the room when there are enough of them. */
  of: 'room' | 'group' | 'all'
}

type Place = Pick<BootRow, 'room' | 'group' | 'started_at'>

/** With fewer boots than this a median tells nothing. */
const enoughBoots = 3

/** How long boots like this one usually take: in its room, else its group, else anywhere. */
export async function findUsual(db: Db, boot: Place): Promise<Usual | undefined> {
  const before = boot.started_at
  if (boot.room !== null) {
    const usual = await usualPhases(db, before, { room: boot.room })
    if (usual.boots >= enoughBoots) return { ...usual, of: 'room' }
  }
  if (boot.group !== null) {
    const usual = await usualPhases(db, before, { group: boot.group })
    if (usual.boots >= enoughBoots) return { ...usual, of: 'group' }
  }
  const usual = await usualPhases(db, before)
  return usual.boots >= enoughBoots ? { ...usual, of: 'all' } : undefined
}
