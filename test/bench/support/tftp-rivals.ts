import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { libraries, unpackDebian } from '../../support/unpacked.ts'

/** One of Debian's TFTP servers, and how to start it. */
export interface Rival {
  name: string
  command: string
  env: Record<string, string>
  /** The only port it can take, if that is so. */
  fixedPort?: number
  args(address: string, port: number): string[]
}

const dnsmasq = '/usr/sbin/dnsmasq'

/** tftpd-hpa, dnsmasq and atftpd, as far as this machine can have them. Names are asked for below `root`. */
export async function tftpRivals(root: string): Promise<Rival[]> {
  const rivals: Rival[] = []
  const hpa = await unpackDebian(['tftpd-hpa', 'libwrap0', 'libnsl2', 'libtirpc3'])
  if (hpa) {
    rivals.push({
      name: 'tftpd-hpa',
      command: join(hpa, 'usr/sbin/in.tftpd'),
      env: { LD_LIBRARY_PATH: libraries(hpa) },
      args: (address, port) => [
        ...['--foreground', '--address', `${address}:${port}`],
        ...['-u', 'root', '--secure', root],
      ],
    })
  }
  if (existsSync(dnsmasq)) {
    rivals.push({
      name: 'dnsmasq',
      command: dnsmasq,
      env: {},
      fixedPort: 69,
      args: (address) => [
        ...['--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--user=root'],
        ...['--port=0', '--bind-interfaces', `--listen-address=${address}`],
        ...['--log-facility=/dev/null', '--enable-tftp', '--tftp-max=1000', `--tftp-root=${root}`],
      ],
    })
  } else process.stderr.write('dnsmasq: n/a, apt-get install dnsmasq-base\n')
  const atftpd = await unpackDebian(['atftpd', 'libwrap0', 'libnsl2', 'libtirpc3', 'libpcre2-8-0'])
  if (atftpd) {
    rivals.push({
      name: 'atftpd',
      command: join(atftpd, 'usr/sbin/atftpd'),
      env: { LD_LIBRARY_PATH: libraries(atftpd) },
      args: (address, port) => [
        ...['--daemon', '--no-fork', '--user', 'root.root', '--maxthread', '1000'],
        ...['--bind-address', address, '--port', `${port}`, root],
      ],
    })
  }
  return rivals
}
