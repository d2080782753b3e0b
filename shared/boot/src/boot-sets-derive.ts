import { link, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bootSetFolder, isBootSetFile } from './boot-set.ts'
import { addBootSet, recordOf, sha256Of, stageBootSet, writing } from './boot-sets.ts'

/**
 * Makes a new set from another one with a new `linbofs64`. What stays the same is not copied.
 * @param options.make writes the new `linbofs64` to this path.
 * @param options.overlay what is in it now, for people.
 * @returns the id of the new set.
 * @throws LinboError `BOOT_SET_BROKEN`, `BOOT_SET_UNWRITABLE`
 */
export async function deriveBootSet(
  root: string,
  from: string,
  options: { now: number; overlay: string[]; make(path: string): Promise<void> },
): Promise<string> {
  const folder = join(root, bootSetFolder, from)
  const staged = await stageBootSet(root)
  const made = join(staged, 'linbofs64')
  await writing(root, async () => {
    for (const name of await readdir(folder)) {
      const stays = isBootSetFile(name) && !name.startsWith('linbofs64')
      if (stays) await link(join(folder, name), join(staged, name))
    }
    await options.make(made)
  })
  const { sha256, ...record } = await recordOf(folder)
  return addBootSet(root, staged, {
    ...record,
    madeAt: new Date(options.now).toISOString(),
    sha256: { ...sha256, linbofs64: await sha256Of(made) },
    overlay: options.overlay,
  })
}
