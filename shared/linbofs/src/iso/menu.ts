import { managedMarker, quoteGrub, quoteParameters, splitParameters } from '@linbo/boot'

/** Seconds until the first entry is started. */
const timeoutSeconds = 5

export interface IsoMenu {
  /** `KernelOptions` of a group. */
  kernelOptions: string
  /** Whether iPXE's files are on the medium, for machines with BIOS and with UEFI. */
  hasIpxe: { bios: boolean; uefi: boolean }
}

/**
 * `grub.cfg` of a medium: LINBO, LINBO with a shell for finding errors, and the network. Plain text, because screens
 * and serial lines show that everywhere.
 */
export function isoMenu({ kernelOptions, hasIpxe }: IsoMenu): string {
  const quiet = ['quiet', 'splash']
  const loud = splitParameters(kernelOptions).filter((word) => !quiet.includes(word))
  const entry = (title: string, ...lines: string[]) =>
    `
menuentry ${quoteGrub(title)} {
${lines.map((line) => `  ${line}`).join('\n')}
}
`
  const linbo = (parameters: string) => [
    `echo ${quoteGrub('Loading LINBO ...')}`,
    `linux /linbo64 ${parameters}`,
    'initrd /linbofs64',
  ]
  const network = [
    ...(hasIpxe.uefi
      ? ['if [ "$grub_platform" = "efi" ]; then', '  chainloader /boot/grub/ipxe.efi', 'fi']
      : []),
    ...(hasIpxe.bios
      ? ['if [ "$grub_platform" = "pc" ]; then', '  linux16 /boot/grub/ipxe.lkrn', 'fi']
      : []),
  ]
  return `${managedMarker}
set default=0
set timeout=${timeoutSeconds}
${entry('LINBO', ...linbo(quoteParameters('quiet splash isoboot', kernelOptions)))}${entry(
  'LINBO (debug)',
  ...linbo(quoteParameters('debug isoboot', loud.join(' '))),
)}${network.length > 0 ? entry('Network', ...network) : ''}`
}

/** What GRUB does first: finds the medium it came from, which is not always the device the firmware names. */
export function isoSearch(mark: string): string {
  return `search --no-floppy --file --set=root ${quoteGrub(`/${mark}`)}
set prefix=($root)/boot/grub
`
}
