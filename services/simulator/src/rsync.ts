import { spawnChild } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'

const skipCompress =
  '--skip-compress=/7z/arc/arj/bz2/cab/cloop/deb/gz/gpg/iso/jar/jp2/jpg/jpeg/lz/lz4/lzma/lzo/png/qcow2/qdiff/qt/rar/rzip/s7z/sfx/svgz/tbz/tgz/tlz/txz/xz/z/zip/zst'

/** The shapes of reference 5.3. */
export const flags = {
  startConf: ['-vL'],
  plain: ['-L'],
  request: [],
  download: [skipCompress, '-HaLz', '--partial', '--progress'],
  directory: [skipCompress, '-a', '--delete'],
  upload: [skipCompress, '--progress', '-Ha', '--chmod=ug=rw,o=r', '--partial'],
}

/**
 * Runs the real rsync from the machine's own address.
 * @param from module and path as the client writes them: `linbo/start.conf.lab`, `linbo//tmp/linbo.log`.
 * @returns rsync's exit code (23: the file is not there) and what it printed.
 */
export async function rsyncDown(
  machine: MachineIdentity,
  server: ServerAddress,
  options: { flags: string[]; from: string; to: string; signal?: AbortSignal },
): Promise<{ code: number; output: string }> {
  const source = `${server.ip}::${options.from}`
  return rsync(machine, server, [...options.flags, source, options.to], options)
}

/** Uploads one file to module `linbo-upload` with the password a server left on the client. */
export async function rsyncUp(
  machine: MachineIdentity,
  server: ServerAddress,
  options: { file: string; to: string; password: string; signal?: AbortSignal },
): Promise<{ code: number; output: string }> {
  const target = `linbo@${server.ip}::linbo-upload/${options.to}`
  return rsync(machine, server, [...flags.upload, options.file, target], {
    ...options,
    env: { RSYNC_PASSWORD: options.password },
  })
}

async function rsync(
  machine: MachineIdentity,
  server: ServerAddress,
  words: string[],
  options: { env?: Record<string, string>; signal?: AbortSignal },
) {
  const lines: string[] = []
  const child = spawnChild({
    command: 'rsync',
    args: [`--port=${server.rsyncPort}`, `--address=${machine.ip}`, ...words],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...options.env },
    debianPackage: 'rsync',
    onLine: (line) => lines.push(line),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  return { code: await child.exited, output: lines.join('\n') }
}
