import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import type { Io } from './io.ts'

/** A text in a file of its own, which only we may read, for a person's editor. */
export interface EditedFile {
  readonly path: string
  /** Opens the editor and resolves with the text when it is closed. @throws LinboError `EDITOR` */
  edit(): Promise<string>
  remove(): Promise<void>
}

/** Puts a text where $VISUAL, $EDITOR or Debian's `editor` can change it. */
export async function openEditedFile(io: Io, name: string, text: string): Promise<EditedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'linbo-'))
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return {
    path,
    async edit() {
      await runEditor(io, path)
      return readFile(path, 'utf8')
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The variable may hold arguments, such as `code --wait`; it is no shell line. */
function runEditor(io: Io, path: string): Promise<void> {
  const words = (io.env.VISUAL || io.env.EDITOR || 'editor').split(/\s+/).filter(Boolean)
  const [command = 'editor', ...args] = words
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown) => {
      const fix = `Set VISUAL or EDITOR to your editor. Your text is in ${path}.`
      reject(new LinboError('EDITOR', `${command} ${why}`, { fix, cause }))
    }
    const child = spawn(command, [...args, path], { stdio: 'inherit', env: io.env })
    child.on('error', (error) => refuse('cannot be started', error))
    child.on('close', (code) => (code === 0 ? resolve() : refuse(`ended with ${code}`)))
  })
}
