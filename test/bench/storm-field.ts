import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askForLease, type MachineIdentity, openRelay, type ServerAddress } from '@linbo/simulator'
import { freePort } from '../support/postgres.ts'
import { startServer } from './support/programs.ts'
import { startRsyncDaemon } from './support/rsync-daemon.ts'

const dnsmasq = '/usr/sbin/dnsmasq'

/**
 * Debian's dnsmasq for DHCP and TFTP and its rsync daemon for the rest, as a LINBO server without our suite would have
 * them, with every machine reserved. Nothing fetches logs there, and nobody records what happens.
 * @returns undefined where dnsmasq cannot run: not installed, or no right to TFTP's port 69.
 */
export async function startField(
  folder: string,
  root: string,
  machines: MachineIdentity[],
): Promise<{ server: ServerAddress; pids: number[] } | undefined> {
  if (!existsSync(dnsmasq) || process.getuid?.() !== 0) {
    process.stderr.write('dnsmasq: n/a, needs root and the Debian package dnsmasq-base\n')
    return undefined
  }
  const [dhcpPort, sshPort] = [await freePort(), await freePort()]
  const hosts = join(folder, 'dnsmasq-hosts')
  const lines = machines.map(({ mac, ip, hostname }) => `${mac},${ip},${hostname}`)
  await writeFile(hosts, `${lines.join('\n')}\n`)
  const rsync = await startRsyncDaemon(folder, root, 'storm', '')
  const server = { ip: '127.0.0.1', tftpPort: 69, rsyncPort: rsync.port, dhcpPort, sshPort }
  const child = await startServer({
    command: dnsmasq,
    args: [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--user=root'],
      ...['--port=0', '--interface=lo', '--bind-interfaces', '--log-facility=/dev/null'],
      ...[`--dhcp-alternate-port=${dhcpPort}`, '--dhcp-authoritative', '--no-ping'],
      ...['--dhcp-range=127.99.0.0,static,255.255.0.0', `--dhcp-hostsfile=${hosts}`],
      ...[`--dhcp-leasefile=${join(folder, 'dnsmasq-leases')}`, '--dhcp-lease-max=10000'],
      ...[`--dhcp-option=40,${machines[0]!.group}`, '--dhcp-match=set:efi,option:client-arch,7'],
      ...['--dhcp-boot=tag:efi,boot/grub/x86_64-efi/core.efi'],
      ...['--dhcp-boot=tag:!efi,boot/grub/i386-pc/core.0'],
      ...['--enable-tftp', `--tftp-root=${root}`, '--tftp-max=1000'],
    ],
    isUp: () => answers(server, machines[0]!),
  })
  return { server, pids: [child.pid!, rsync.child.pid!] }
}

async function answers(server: ServerAddress, machine: MachineIdentity): Promise<boolean> {
  const { ip, dhcpPort: port } = server
  const relay = await openRelay('127.99.255.1', { ip, port })
  try {
    await askForLease(machine, { ...server, relay }, 'linbo', AbortSignal.timeout(500))
    return true
  } catch {
    return false
  } finally {
    await relay.close()
  }
}
