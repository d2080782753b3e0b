import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child } from '@linbo/runtime'
import type { Namespace } from './namespace.ts'
import { type Unpacked, unpackedProgram } from './unpacked.ts'

/** The DHCP servers of Debian that a school may have already. */
export type OtherDhcpServer = 'isc' | 'kea' | 'dnsmasq'

interface Program {
  find(): Promise<Unpacked>
  /** Said when it answers. */
  ready: RegExp
  /** A whole configuration for one network around the part that is tested. */
  around(config: string, place: Place): string
  check(file: string): string[]
  serve(file: string, folder: string): string[]
}

/** The network it gives addresses in: `10.98.1`, of 24 bits. */
export interface Place {
  prefix: string
  device: string
}

const programs: Record<OtherDhcpServer, Program> = {
  isc: {
    find: () => unpackedProgram('dhcpd'),
    ready: /Server starting service/,
    around: (config, { prefix }) =>
      `authoritative;\nping-check false;\nsubnet ${prefix}.0 netmask 255.255.255.0 { range ${prefix}.100 ${prefix}.110; }\n${config}`,
    check: (file) => ['-t', '-cf', file],
    serve: (file, folder) => [
      ...['-f', '-d', '-cf', file, '-lf', join(folder, 'leases'), '-pf', join(folder, 'pid')],
    ],
  },
  kea: {
    find: () => unpackedProgram('kea-dhcp4'),
    ready: /DHCP4_STARTED/,
    around: (config, { prefix, device }) =>
      `{ "Dhcp4": {
        "interfaces-config": { "interfaces": ["${device}"] },
        "lease-database": { "type": "memfile", "persist": false },
        "loggers": [{ "name": "*", "severity": "INFO", "output_options": [{ "output": "stdout" }] }],
        ${config.trim().replace(/,?$/, config.trim() === '' ? '' : ',')}
        "subnet4": [{ "id": 1, "subnet": "${prefix}.0/24", "pools": [{ "pool": "${prefix}.100-${prefix}.110" }] }]
      } }`,
    check: (file) => ['-t', file],
    serve: (file) => ['-c', file],
  },
  dnsmasq: {
    find: async () => ({ name: 'dnsmasq', path: '/usr/sbin/dnsmasq', env: {} }),
    ready: /DHCP, (?:sockets bound|IP range)/,
    around: (config, { prefix, device }) =>
      `port=0\nno-ping\ninterface=${device}\ndhcp-range=${prefix}.100,${prefix}.110,1h\ndhcp-authoritative\n${config}`,
    check: (file) => ['--test', '-C', file],
    serve: (file, folder) => [
      ...['-k', '-d', '-C', file, '-u', 'root', `--dhcp-leasefile=${join(folder, 'leases')}`],
      ...[`--pid-file=${join(folder, 'pid')}`, '--log-dhcp'],
    ],
  },
}

/** Writes a configuration and lets the server's own program judge it. Resolves with what it printed. */
export async function checkOtherServer(
  space: Namespace,
  kind: OtherDhcpServer,
  config: string,
  folder: string,
): Promise<{ code: number; lines: string[] }> {
  const { words, file } = await layOut(kind, config, folder, { prefix: '10.98.1', device: 'lo' })
  return space.run('env', ...words, ...programs[kind].check(file))
}

/** Starts the server in a namespace and waits until it answers. It ends with the namespace. */
export async function startOtherServer(
  space: Namespace,
  kind: OtherDhcpServer,
  config: string,
  folder: string,
  place: Place,
): Promise<Child> {
  const { words, file } = await layOut(kind, config, folder, place)
  await writeFile(join(folder, 'leases'), '')
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    const child = space.spawn('env', [...words, ...programs[kind].serve(file, folder)], (line) => {
      lines.push(line)
      if (programs[kind].ready.test(line)) resolve(child)
    })
    child.exited.then(() => reject(new Error(`${kind} ended: ${lines.join('\n')}`)))
  })
}

/** A copy of the program is under no AppArmor profile, so it may read files of ours. */
async function layOut(kind: OtherDhcpServer, config: string, folder: string, place: Place) {
  const { path, env } = await programs[kind].find()
  if (!path) throw new Error(`there is no ${kind} here`)
  const program = join(folder, kind)
  const file = join(folder, `${kind}.conf`)
  await mkdir(folder, { recursive: true })
  await copyFile(path, program)
  await writeFile(file, programs[kind].around(config, place))
  const environment = { ...env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder }
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  return { words: [...words, program], file }
}
