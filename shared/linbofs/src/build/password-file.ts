import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeSecret } from '@linbo/runtime'
import {
  hashPassword,
  isSameTag,
  makeSalt,
  type PasswordHash,
  passwordTag,
} from './linbo-password.ts'

interface StoredHash extends PasswordHash {
  /** Belongs to the password that this digest was made of. */
  tag: string
}

const counting = new Map<string, Promise<PasswordHash>>()

/**
 * The hash of the LINBO password for clients. It is counted once, with a fresh salt, and kept in
 * `<dataDir>/linbo-password.json` (mode 0600) until the password is another.
 * @param password as in rsyncd.secrets
 * @throws LinboError `SECRET_FILE`
 */
export function passwordHashOf(dataDir: string, password: string): Promise<PasswordHash> {
  const key = `${dataDir}\n${password}`
  const found = counting.get(key)
  if (found) return found
  const counted = readOrCount(dataDir, password).finally(() => counting.delete(key))
  counting.set(key, counted)
  return counted
}

async function readOrCount(dataDir: string, password: string): Promise<PasswordHash> {
  const path = join(dataDir, 'linbo-password.json')
  const stored = await readStored(path)
  if (stored && isSameTag(stored.tag, passwordTag(password, stored.salt))) {
    return { hash: stored.hash, salt: stored.salt }
  }
  const { hash, salt } = await hashPassword(password, makeSalt())
  const entry: StoredHash = { hash, salt, tag: passwordTag(password, salt) }
  try {
    await writeSecret(path, `${JSON.stringify(entry)}\n`)
  } catch (error) {
    const fix = 'Make the folder writable for the user the suite runs as.'
    throw toLinboError(error, 'SECRET_FILE', path, fix)
  }
  return { hash, salt }
}

async function readStored(path: string): Promise<StoredHash | undefined> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as Partial<StoredHash>
    const isWhole =
      /^[0-9a-f]{64}$/.test(found.hash ?? '') &&
      /^[A-Za-z0-9]{32}$/.test(found.salt ?? '') &&
      typeof found.tag === 'string'
    return isWhole ? (found as StoredHash) : undefined
  } catch {
    return undefined
  }
}
