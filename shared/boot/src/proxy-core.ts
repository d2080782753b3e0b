import { join } from 'node:path'
import { LinboError, spawnChild } from '@linbo/runtime'

/** The core image of each GRUB platform for proxy mode, and the format `grub-mkimage` calls it. */
const images = {
  'x86_64-efi': { file: 'core-proxy.efi', format: 'x86_64-efi' },
  'i386-pc': { file: 'core-proxy.0', format: 'i386-pc-pxe' },
} as const

/**
 * Makes a core image that loads everything from one TFTP server. The ordinary one asks the server in the DHCP
 * answer of the firmware's address, and in proxy mode that is the other DHCP server.
 * @param folder receives the image
 * @param from where GRUB's modules of the platform lie
 * @param server its IPv4 address
 * @throws LinboError `BOOT_GRUB_FAILED`
 */
export async function makeProxyCore(
  platform: keyof typeof images,
  folder: string,
  from: string,
  modules: string[],
  server: string,
): Promise<void> {
  const { file, format } = images[platform]
  const lines: string[] = []
  const child = spawnChild({
    command: 'grub-mkimage',
    args: [
      `--directory=${from}`,
      `--format=${format}`,
      `--output=${join(folder, file)}`,
      `--prefix=(tftp,${server})/boot/grub`,
      ...modules,
    ],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    debianPackage: 'grub-common',
    onLine: (line) => lines.push(line),
  })
  const exitCode = await child.exited
  if (exitCode === 0) return
  throw new LinboError(
    'BOOT_GRUB_FAILED',
    `grub-mkimage ended with ${exitCode}: ${lines.slice(-3).join(' · ')}`,
    { fix: 'See that LINBO_DIR has room, and that the GRUB packages are of one version.' },
  )
}

/** The boot file that proxy mode offers in place of the ordinary one; the same where there is no other. */
export function proxyBootFile(path: string): string {
  return path.replace(/^(boot\/grub\/(?:x86_64-efi|i386-pc)\/core)(?=\.(?:efi|0)$)/, '$1-proxy')
}
