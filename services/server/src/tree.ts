import { access, constants, mkdir } from 'node:fs/promises'
import { LinboError } from '@linbo/runtime'

/**
 * Makes sure that the served tree exists and is ours to write.
 * @throws LinboError `LINBO_DIR_UNWRITABLE`.
 */
export async function claimTree(linboDir: string): Promise<void> {
  try {
    await mkdir(linboDir, { recursive: true })
    await access(linboDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new LinboError(
      'LINBO_DIR_UNWRITABLE',
      `cannot write to ${linboDir}, the tree served to clients`,
      {
        fix: 'Make it writable for this user, or set LINBO_DIR to another directory.',
        cause,
      },
    )
  }
}
