import { randomBytes } from 'node:crypto'
import { link, readFile, rm } from 'node:fs/promises'
import { toLinboError, writeSecret } from '@linbo/runtime'

/**
 * Reads a secret file, or creates it (mode 0600) with what `make` returns. Two processes that start together end up
 * with the same content: the file appears whole, under one of the two.
 * @throws LinboError `SECRET_FILE` when it is there but cannot be read, or cannot be created.
 */
export async function readOrCreate(path: string, make: () => string): Promise<string> {
  try {
    const present = await readFile(path, 'utf8').catch(absent)
    if (present !== undefined) return present
    const temporary = `${path}.${randomBytes(6).toString('hex')}`
    await writeSecret(temporary, make())
    try {
      await link(temporary, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      await rm(temporary, { force: true })
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    const fix = 'Make the file and its folder readable and writable for the user the suite runs as.'
    throw toLinboError(error, 'SECRET_FILE', path, fix)
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
