import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError, writeSecret } from '@linbo/runtime'

/**
 * The admin token of `<dataDir>/admin-token`, created with mode 0600 when there is none.
 * @throws LinboError `ADMIN_TOKEN` when the file cannot be read or written, or holds too short a token.
 */
export async function openAdminToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'admin-token')
  try {
    const token = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (token === undefined) {
      const created = randomBytes(32).toString('base64url')
      await writeSecret(path, `${created}\n`)
      return created
    }
    if (token.trim().length < 16) {
      throw new LinboError('ADMIN_TOKEN', `${path} holds fewer than 16 characters`, {
        fix: 'Remove the file; the next start creates a new token.',
      })
    }
    return token.trim()
  } catch (error) {
    throw toLinboError(
      error,
      'ADMIN_TOKEN',
      `cannot use ${path}`,
      'Let this user read and write it.',
    )
  }
}

/** Compares two secrets without telling by the time taken where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
