import { LinboError } from '@linbo/runtime'
import { fetchOverHttp } from './http.ts'
import type { MachineIdentity, ServerAddress, Timed } from './machine.ts'
import { type Fetched, fetchFile } from './tftp.ts'

/** What GRUB asks for with: 1024-byte blocks, one at a time. */
const grub = { blksize: '1024', tsize: '0' }
const lists = ['command', 'fs', 'crypto', 'terminal']

/**
 * From the boot ROM to the kernel, by TFTP, in the order of reference 1.4.1: core image, GRUB's search for its
 * configuration, the host's or group's menu, kernel and initramfs. Missing files are normal; a server that has
 * no core image or kernel yet would stop a real PC here, this one goes on.
 * @param core the boot file's name as DHCP told it.
 * @throws LinboError `SIM_SILENT` when the server does not answer, `SIM_HTTP`.
 */
export async function firmwareStage(
  { machine, server, timed }: { machine: MachineIdentity; server: ServerAddress; timed: Timed },
  signal: AbortSignal,
  core = bootFile(machine),
): Promise<void> {
  const fetch = async (file: string, options: Record<string, string>, probe = false) => {
    const fetched = await fetchFile(machine, server, file, { options, probe, signal })
    if (!fetched.isSilent) return fetched
    throw new LinboError('SIM_SILENT', `${machine.hostname}: nobody answers for ${file} by TFTP`)
  }
  const heavy = async (file: string) => {
    if (server.httpPort) await fetchOverHttp(machine, server, file, signal)
    else await fetch(`/${file}`, grub)
  }
  await timed('core image', () => fetchCore(machine, core, fetch))
  await timed('GRUB configuration', () => configure(machine, fetch))
  await timed('kernel', () => heavy('linbo64'))
  await timed('initramfs', () => heavy('linbofs64'))
}

type Fetch = (file: string, options: Record<string, string>, probe?: boolean) => Promise<Fetched>

async function fetchCore(machine: MachineIdentity, core: string, fetch: Fetch): Promise<void> {
  if (machine.firmware === 'uefi-x64') {
    const uefi = { blksize: '1468', windowsize: '4' }
    await fetch(core, { tsize: '0', ...uefi }, true)
    await fetch(core, uefi)
  } else {
    await fetch(core, { blksize: '1432', tsize: '0' })
  }
}

async function configure(machine: MachineIdentity, fetch: Fetch): Promise<void> {
  const get = (file: string) => fetch(`/boot/grub/${file}`, grub)
  await first(get, configProbes(machine))
  const platform = platformOf(machine)
  for (const list of lists) await get(`${platform}/${list}.lst`)
  await get('grub.cfg')
  // Once more for the context of the menu.
  for (const list of lists) await get(`${platform}/${list}.lst`)
  // GRUB knows the host name on BIOS only at this point.
  await get(`spool/${machine.firmware === 'bios' ? machine.hostname : ''}.reboot`)
  await first(get, [`hostcfg/${machine.hostname}.cfg`, `${machine.group}.cfg`])
}

/** The core image as it is below LINBO_DIR. */
function bootFile(machine: MachineIdentity): string {
  return `boot/grub/${platformOf(machine)}/core.${machine.firmware === 'bios' ? '0' : 'efi'}`
}

function platformOf(machine: MachineIdentity): string {
  return machine.firmware === 'bios' ? 'i386-pc' : 'x86_64-efi'
}

/** Where GRUB looks for a configuration of its own: MAC, then the address in hex, one digit less each time. */
export function configProbes(machine: MachineIdentity): string[] {
  const hex = machine.ip
    .split('.')
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('')
  const probes = [`grub.cfg-01-${machine.mac.replaceAll(':', '-')}`]
  for (let length = hex.length; length > 0; length--)
    probes.push(`grub.cfg-${hex.slice(0, length)}`)
  return probes
}

async function first(get: (file: string) => Promise<Fetched>, files: string[]): Promise<void> {
  for (const file of files) if ((await get(file)).found) return
}
