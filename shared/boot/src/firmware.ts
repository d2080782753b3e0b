/** What a machine's network boot code is, as far as the choice of a boot file goes. */
export type Firmware = 'bios' | 'uefi-x64' | 'uefi-ia32' | 'uefi-http-x64' | 'unknown'

/** The facts of a DHCP request that tell firmwares apart. */
export interface FirmwareFacts {
  /** Option 93, client system architecture (RFC 4578 2.1, RFC 5970 3.3). */
  arch?: number | undefined
  /** Option 60, such as `PXEClient:Arch:00007:UNDI:003000`. */
  vendorClass?: string | undefined
  /** Option 77, such as `iPXE`. iPXE keeps the architecture of the firmware it runs on. */
  userClass?: string | undefined
}

const byArch: Record<number, Firmware> = {
  0: 'bios',
  6: 'uefi-ia32',
  7: 'uefi-x64',
  // IANA calls 9 "x64 UEFI" and 7 "EBC"; firmwares in the field use both for x64.
  9: 'uefi-x64',
  16: 'uefi-http-x64',
}

/**
 * Tells the firmware from a DHCP request. Without option 93 the architecture written in the vendor class
 * counts; a request with neither is taken for an old BIOS, as LINBO servers always did.
 */
export function firmwareOf(facts: FirmwareFacts): Firmware {
  const arch = facts.arch ?? archInClass(facts.vendorClass)
  if (arch === undefined) return facts.vendorClass?.startsWith('HTTPClient') ? 'unknown' : 'bios'
  const firmware = byArch[arch] ?? 'unknown'
  const asksForUrl = facts.vendorClass?.startsWith('HTTPClient') ?? false
  return firmware === 'uefi-x64' && asksForUrl ? 'uefi-http-x64' : firmware
}

function archInClass(vendorClass: string | undefined): number | undefined {
  const written = vendorClass?.match(/^(?:PXE|HTTP)Client:Arch:(\d{1,5})(?::|$)/)?.[1]
  return written === undefined ? undefined : Number(written)
}

/** The file a machine is told to load first, and how. */
export interface BootFile {
  /** Relative to LINBO_DIR; over HTTP the same path follows `http://SERVER:LINBO_HTTP_PORT/`. */
  path: string
  via: 'tftp' | 'http'
}

const grub = 'boot/grub'

/**
 * The boot file for the facts of a DHCP request, or undefined where LINBO has none: 32-bit UEFI is gone since
 * LINBO 4.
 */
export function bootFileFor(facts: FirmwareFacts): BootFile | undefined {
  switch (firmwareOf(facts)) {
    case 'bios':
      return { path: `${grub}/i386-pc/core.0`, via: 'tftp' }
    case 'uefi-x64':
      return { path: `${grub}/x86_64-efi/core.efi`, via: 'tftp' }
    case 'uefi-http-x64':
      return { path: `${grub}/x86_64-efi/core-http.efi`, via: 'http' }
    default:
      return undefined
  }
}
