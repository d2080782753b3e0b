import { spawnChild } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'

const skipCompress =
  '--skip-compress=/7z/arc/arj/bz2/cab/cloop/deb/gz/gpg/iso/jar/jp2/jpg/jpeg/lz/lz4/lzma/lzo/png/qcow2/qdiff/qt/rar/rzip/s7z/sfx/svgz/tbz/tgz/tlz/txz/xz/z/zip/zst'

/** The shapes of reference 5.3. */
export const flags = {
  startConf: ['-vL'],
  plain: ['-L'],
  update: [skipCompress, '-L'],
  request: [],
  download: [skipCompress, '-HaLz', '--partial', '--progress'],
  exists: [skipCompress, '-HaLz', '--partial', '--progress', '--dry-run'],
  directory: [skipCompress, '-a', '--delete'],
  windows: [skipCompress, '-a', '--exclude=*.ex', '--delete', '--delete-excluded'],
  register: [skipCompress, '--progress', '-HaP'],
  upload: [skipCompress, '--progress', '-Ha', '--chmod=ug=rw,o=r', '--partial'],
}

interface Common {
  signal: AbortSignal
  onLine?(line: string): void
}

/**
 * Runs the real rsync from the machine's own address.
 * @param options.from module and path as the client writes them: `linbo/start.conf.lab`, `linbo//tmp/linbo.log`.
 * @returns rsync's exit code (23: the file is not there).
 * @throws the reason of the signal when it aborts.
 */
export async function rsyncDown(
  machine: MachineIdentity,
  server: ServerAddress,
  options: Common & { flags: string[]; from: string; to: string },
): Promise<number> {
  const source = `${server.ip}::${options.from}`
  return rsync(machine, server, [...options.flags, source, options.to], options)
}

/** Uploads one file to module `linbo-upload` with the password a server left on the client. */
export async function rsyncUp(
  machine: MachineIdentity,
  server: ServerAddress,
  options: Common & { flags?: string[]; file: string; to: string; password: string },
): Promise<number> {
  const target = `linbo@${server.ip}::linbo-upload/${options.to}`
  return rsync(machine, server, [...(options.flags ?? flags.upload), options.file, target], {
    ...options,
    env: { RSYNC_PASSWORD: options.password },
  })
}

async function rsync(
  machine: MachineIdentity,
  server: ServerAddress,
  words: string[],
  options: Common & { env?: Record<string, string> },
): Promise<number> {
  const { signal, onLine } = options
  signal.throwIfAborted()
  const child = spawnChild({
    command: 'rsync',
    args: [`--port=${server.rsyncPort}`, `--address=${machine.ip}`, ...words],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...options.env },
    debianPackage: 'rsync',
    signal,
    ...(onLine ? { onLine } : {}),
  })
  const code = await child.exited
  signal.throwIfAborted()
  return code
}
