import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '@linbo/runtime'

/** What a build left beside its modules, to tell later whether core and modules still belong together. */
export interface BuildRecord {
  /** As `grub-mknetdir --version` says it. */
  grub: string
  /** SHA-256 of the core image. */
  core: string
  /** SHA-256 over all modules. */
  modules: string
  /** Address and HTTP port of the server that core images name. */
  server?: string
}

const file = 'build.json'

/** Writes the record of a platform's folder. */
export async function writeBuildRecord(
  folder: string,
  core: string,
  grub: string,
  server?: string,
): Promise<BuildRecord> {
  const record = {
    grub,
    ...(server ? { server } : {}),
    core: createHash('sha256')
      .update(await readFile(join(folder, core)))
      .digest('hex'),
    modules: await modulesDigest(folder),
  }
  await writeAtomic(join(folder, file), `${JSON.stringify(record)}\n`)
  return record
}

/** Undefined for a folder that was not built by us. */
export async function readBuildRecord(folder: string): Promise<BuildRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'))
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is BuildRecord {
  if (typeof value !== 'object' || value === null) return false
  return ['grub', 'core', 'modules'].every(
    (key) => typeof (value as Record<string, unknown>)[key] === 'string',
  )
}

/** SHA-256 over the names and bytes of a folder's modules. */
export async function modulesDigest(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mod')).sort()
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(folder, name)))
  return hash.digest('hex')
}
