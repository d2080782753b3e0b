import { randomBytes } from 'node:crypto'
import { copyFile, link, lstat, readlink, realpath, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import {
  type BootSetFile,
  bootSetFiles,
  bootSetFolder,
  bootSetTarget,
  currentLink,
  foundLink,
} from './boot-set.ts'
import { type BootSetPlaces, type Place, planSwitch, type SwitchStep } from './boot-set-plan.ts'
import { currentBootSet, dropOldBootSets, noteLeft, requireBootSet } from './boot-sets.ts'
import { addFoundBootSet, stageBootSet } from './boot-sets-add.ts'
import { flush, writing } from './boot-sets-disk.ts'

export interface SwitchedBootSet {
  id: string
  /** The set machines got before, if there was one. */
  before: string | null
}

const inTurn = new Map<string, Promise<unknown>>()

/**
 * Gives machines another set: kernel, initramfs, checksums and version change together, by one rename. Boot files that
 * lie in root by themselves become a set of their own first, so that one can go back to them. Old sets are removed
 * afterwards.
 * @param onStep told before each step; for tests, which end it there.
 * @throws LinboError `BOOT_SET_UNKNOWN`, `BOOT_SET_BROKEN`, `BOOT_SET_UNWRITABLE`
 */
export function activateBootSet(
  root: string,
  id: string,
  options: { now?: number; onStep?(step: SwitchStep): void } = {},
): Promise<SwitchedBootSet> {
  const { now = Date.now(), onStep } = options
  const before = inTurn.get(root) ?? Promise.resolve()
  const switched = before.catch(() => {}).then(() => switchTo(root, id, now, onStep))
  inTurn.set(root, switched)
  return switched
}

async function switchTo(
  root: string,
  id: string,
  now: number,
  onStep: ((step: SwitchStep) => void) | undefined,
): Promise<SwitchedBootSet> {
  await requireWhole(root, id)
  return writing(root, async () => {
    const found = await findPlaces(root)
    let adopted: string | undefined
    for (const step of planSwitch(found, id)) {
      onStep?.(step)
      adopted = (await carryOut(root, step, adopted, now)) ?? adopted
    }
    await dropOldBootSets(root, now)
    return { id, before: adopted ?? found.current ?? null }
  })
}

async function requireWhole(root: string, id: string): Promise<void> {
  const folder = await requireBootSet(root, id)
  for (const name of ['linbo64', 'linbofs64', 'linbo64.md5', 'linbofs64.md5']) {
    const found = await lstat(join(folder, name)).catch(() => undefined)
    if (found?.isFile() && found.size > 0) continue
    throw new LinboError('BOOT_SET_BROKEN', `the boot set ${id} has no ${name}`, {
      fix: 'Activate another one, or build anew.',
    })
  }
}

async function findPlaces(root: string): Promise<BootSetPlaces> {
  const placed = bootSetFiles.map(async (name) => [name, await placeOf(root, name)] as const)
  const places = Object.fromEntries(await Promise.all(placed)) as Record<BootSetFile, Place>
  return { places, current: await currentBootSet(root) }
}

async function placeOf(root: string, name: BootSetFile): Promise<Place> {
  const path = join(root, name)
  if ((await readlink(path).catch(() => undefined)) === bootSetTarget(name)) return 'link'
  return (await lstat(path).catch(() => undefined)) ? 'own' : 'absent'
}

/** @returns the set that was made of what was found, from the step that makes it. */
async function carryOut(
  root: string,
  step: SwitchStep,
  adopted: string | undefined,
  now: number,
): Promise<string | undefined> {
  const sets = join(root, bootSetFolder)
  switch (step.do) {
    case 'adopt':
      return adopt(root, now)
    case 'point-at-found':
      await point(join(sets, currentLink), adopted ?? '')
      break
    case 'link':
      await point(join(root, step.name), bootSetTarget(step.name))
      break
    case 'leave':
      await noteLeft(root, step.set, now)
      break
    case 'leave-found':
      await point(join(sets, foundLink), adopted ?? '')
      await noteLeft(root, adopted ?? '', now)
      break
    case 'point':
      await flush(root)
      await point(join(sets, currentLink), step.set)
      await flush(sets)
  }
  return undefined
}

/** Makes a set of the files as clients see them now, without copying them where that can be. */
async function adopt(root: string, now: number): Promise<string> {
  const staged = await stageBootSet(root)
  for (const name of bootSetFiles) {
    const real = await realpath(join(root, name)).catch(() => undefined)
    if (real === undefined || !(await lstat(real)).isFile()) continue
    await link(real, join(staged, name)).catch(() => copyFile(real, join(staged, name)))
  }
  return addFoundBootSet(root, staged, now)
}

/** Lets a link lead somewhere else, or replaces what is there by one; never is there nothing in between. */
async function point(path: string, target: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await symlink(target, temporary)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
