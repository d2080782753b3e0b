import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { libraries, unpackDebian } from '../support/unpacked.ts'

/** A network to serve: the interface that has the server's address, and the pool. */
export interface Scope {
  device: string
  server: string
  network: string
  pool: { first: string; last: string }
  leaseSeconds: number
}

/** One of Debian's DHCP servers, and how to start it inside a network namespace. */
export interface DhcpRival {
  name: string
  command: string
  args: string[]
  env: Record<string, string>
}

const dnsmasq = '/usr/sbin/dnsmasq'

/** Kea with its leases in a file, and dnsmasq, as far as this machine can have them. */
export async function dhcpRivals(folder: string, scope: Scope): Promise<DhcpRival[]> {
  const rivals: DhcpRival[] = []
  const kea = await unpackDebian(['kea-dhcp4-server', 'kea-common'])
  if (kea) {
    const own = join(folder, 'kea')
    await mkdir(own)
    await writeFile(join(own, 'conf'), JSON.stringify(keaConfig(join(own, 'leases'), scope)))
    const env = { KEA_LOCKFILE_DIR: own, KEA_PIDFILE_DIR: own, LD_LIBRARY_PATH: libraries(kea) }
    const command = join(kea, 'usr/sbin/kea-dhcp4')
    rivals.push({ name: 'kea', command, args: ['-c', join(own, 'conf')], env })
  }
  if (existsSync(dnsmasq)) {
    const { first, last } = scope.pool
    const args = [
      ...[
        '--keep-in-foreground',
        '--conf-file=/dev/null',
        '--pid-file=',
        '--user=root',
        '--port=0',
      ],
      ...[`--interface=${scope.device}`, '--bind-interfaces', '--dhcp-authoritative', '--no-ping'],
      ...[`--dhcp-range=${first},${last},${scope.leaseSeconds}`, '--dhcp-lease-max=100000'],
      ...[`--dhcp-leasefile=${join(folder, 'dnsmasq-leases')}`, '--quiet-dhcp'],
      '--log-facility=/dev/null',
    ]
    rivals.push({ name: 'dnsmasq', command: dnsmasq, args, env: {} })
  } else process.stderr.write('dnsmasq: n/a, apt-get install dnsmasq-base\n')
  return rivals
}

/** Kea's program that measures DHCP servers. @throws Error when this machine cannot have it. */
export async function perfdhcp(): Promise<{ command: string; env: Record<string, string> }> {
  const root = await unpackDebian(['kea-admin', 'kea-common'])
  if (!root) throw new Error('perfdhcp: n/a, it comes with the Debian package kea-admin')
  const env = { LD_LIBRARY_PATH: libraries(root) }
  return { command: join(root, 'usr/sbin/perfdhcp'), env }
}

function keaConfig(leases: string, scope: Scope): object {
  return {
    Dhcp4: {
      'interfaces-config': { interfaces: [scope.device] },
      'lease-database': { type: 'memfile', persist: true, name: leases },
      'valid-lifetime': scope.leaseSeconds,
      subnet4: [
        { subnet: scope.network, pools: [{ pool: `${scope.pool.first} - ${scope.pool.last}` }] },
      ],
      loggers: [{ name: 'kea-dhcp4', severity: 'ERROR', output_options: [{ output: 'stdout' }] }],
    },
  }
}
