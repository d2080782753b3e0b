import type { MachineIdentity, ServerAddress } from './machine.ts'
import { fetchFile } from './tftp.ts'

/** What GRUB asks for with: 1024-byte blocks, one at a time. */
const grub = { options: { blksize: '1024', tsize: '0' } }

/**
 * From the boot ROM to the kernel, by TFTP, in the order of reference 1.4.1: core image, GRUB's search for its
 * configuration, the host's or group's menu, kernel and initramfs. Missing files are normal; a server that has
 * no kernel yet would stop a real PC here, this one goes on.
 */
export async function firmwareStage(
  machine: MachineIdentity,
  server: ServerAddress,
): Promise<void> {
  const platform = machine.firmware === 'bios' ? 'i386-pc' : 'x86_64-efi'
  const core = `boot/grub/${platform}/core.${machine.firmware === 'bios' ? '0' : 'efi'}`
  if (machine.firmware === 'uefi-x64') {
    const uefi = { blksize: '1468', windowsize: '4' }
    await fetchFile(machine, server, core, { options: { tsize: '0', ...uefi }, probe: true })
    await fetchFile(machine, server, core, { options: uefi })
  } else {
    await fetchFile(machine, server, core, { options: { blksize: '1432', tsize: '0' } })
  }
  const hexIp = machine.ip
    .split('.')
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('')
  const probes = [`grub.cfg-01-${machine.mac.replaceAll(':', '-')}`]
  for (let length = 8; length > 0; length--) probes.push(`grub.cfg-${hexIp.slice(0, length)}`)
  for (const probe of probes) {
    if ((await fetchFile(machine, server, `/boot/grub/${probe}`, grub)).found) break
  }
  for (const list of ['command', 'fs', 'crypto', 'terminal']) {
    await fetchFile(machine, server, `/boot/grub/${platform}/${list}.lst`, grub)
  }
  await fetchFile(machine, server, '/boot/grub/grub.cfg', grub)
  const menus = [`hostcfg/${machine.hostname}.cfg`, `${machine.group}.cfg`]
  for (const menu of menus)
    if ((await fetchFile(machine, server, `/boot/grub/${menu}`, grub)).found) break
  for (const file of ['/linbo64', '/linbofs64']) await fetchFile(machine, server, file, grub)
}
