import { readFile, rm, writeFile } from 'node:fs/promises'
import { at, banner, download, type Workbench } from './bench.ts'
import { flags, rsyncUp } from './rsync.ts'

/**
 * `linbo_register <password> <room> <host> <ip|DHCP> <group> [role]` (reference 4.7): uploads the machine's line of
 * devices.csv.
 * @returns rsync's exit code, or 1 for words that cannot be meant
 */
export async function linboRegister(bench: Workbench, words: string[]): Promise<number> {
  const [password = '', room = '', host = '', ip = '', group = '', role] = words
  bench.write(banner('linbo_register', words.join(' ')))
  const names = [room, host, group]
  if (names.some((name) => !/^[A-Za-z0-9-]+$/.test(name)) || ip === '') {
    bench.write('Usage: linbo_register <password> <room> <host> <ip|DHCP> <group> [role]\n')
    return 1
  }
  const { mac } = bench.machine
  const kind = role ?? 'classroom-studentcomputer'
  const file = at(bench, 'tmp', `${host}.new`)
  await writeFile(file, `${[room, host, group, mac, ip, '', '', '', kind, '', '1'].join(';')}\n`)
  bench.write(`Uploading ${host}.new to ${bench.server.ip} ...\n`)
  const { machine, server, signal } = bench
  const request = { flags: flags.register, file, to: `${host}.new`, password, signal }
  return rsyncUp(machine, server, request)
}

/** `linbo_preregister`: counts on from the machine that registered last. */
export async function linboPreregister(bench: Workbench): Promise<number> {
  const file = at(bench, 'tmp', 'last_registered')
  await rm(file, { force: true })
  await download(bench, 'last_registered', file, flags.plain)
  const line = await readFile(file, 'utf8').catch(() => '')
  const [room = '', host = '', group = '', , ip = ''] = line.trim().split(';')
  bench.write(`${[room, group, nextName(host), nextAddress(ip)].join(',')}\n`)
  return 0
}

function nextName(host: string): string {
  return host.replace(/\d+$/, (digits) => String(Number(digits) + 1).padStart(digits.length, '0'))
}

function nextAddress(ip: string): string {
  return ip.replace(/\d+$/, (last) => String(Number(last) + 1))
}
