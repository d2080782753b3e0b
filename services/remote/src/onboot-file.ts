import { access, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'

/** The command file a client fetches at its next boot: `linbocmd/<host>.cmd` below LINBO_DIR. */
export interface OnbootFile {
  write(text: string): Promise<void>
  remove(): Promise<void>
  exists(): Promise<boolean>
}

/** @throws LinboError `REMOTE_HOSTNAME` for a name that is no file name. */
export function onbootFile(linboDir: string, hostname: string): OnbootFile {
  if (!/^[A-Za-z0-9_-]+$/.test(hostname)) {
    throw new LinboError('REMOTE_HOSTNAME', `${JSON.stringify(hostname)} is no host name`)
  }
  const path = join(linboDir, 'linbocmd', `${hostname}.cmd`)
  return {
    async write(text) {
      const nobody = process.getuid?.() === 0 ? await findNobody() : undefined
      // It may hold the rsync password. The rsync daemon reads it as nobody.
      const owner = nobody === undefined ? {} : { owner: { uid: nobody, gid: 0 } }
      await writeAtomic(path, text, { mode: 0o640, ...owner })
    },
    remove: () => rm(path, { force: true }),
    exists: () =>
      access(path).then(
        () => true,
        () => false,
      ),
  }
}

async function findNobody(): Promise<number | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':')
  return fields?.[2] === undefined ? undefined : Number(fields[2])
}
