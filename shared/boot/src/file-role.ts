import type { Firmware } from './firmware.ts'

/** What a file is in the boot of a machine. */
export interface FileRole {
  step: 'boot-file' | 'grub-config' | 'kernel' | 'initramfs'
  /** A machine cannot boot when this file is missing; of the others, LINBO asks for many that need not exist. */
  required: boolean
  /** The firmware that asks for it, when the file tells. */
  firmware?: Firmware
}

const grub = 'boot/grub/'

/** Which step of a boot the delivery of this file (path below LINBO_DIR) is, if any. */
export function roleOf(path: string): FileRole | undefined {
  const inGrub = path.startsWith(grub) ? path.slice(grub.length) : ''
  if (path === 'linbo64') return { step: 'kernel', required: true }
  if (path === 'linbofs64') return { step: 'initramfs', required: true }
  if (inGrub === 'x86_64-efi/core-http.efi') {
    return { step: 'boot-file', required: true, firmware: 'uefi-http-x64' }
  }
  if (/^x86_64-efi\/core(-proxy)?\.efi$/.test(inGrub)) {
    return { step: 'boot-file', required: true, firmware: 'uefi-x64' }
  }
  if (/^i386-pc\/core(-proxy)?\.0$/.test(inGrub)) {
    return { step: 'boot-file', required: true, firmware: 'bios' }
  }
  if (path.startsWith(grub) && path.endsWith('.cfg')) {
    return { step: 'grub-config', required: path === `${grub}grub.cfg` }
  }
  return undefined
}

/** The MAC address in GRUB's first question, `grub.cfg-01-52-54-00-1b-0b-10`: lower case, with colons. */
export function macFromName(path: string): string | undefined {
  const found = /(?:^|\/)grub\.cfg-01-([0-9a-f]{2}(?:-[0-9a-f]{2}){5})$/i.exec(path)
  return found?.[1]?.toLowerCase().replaceAll('-', ':')
}
