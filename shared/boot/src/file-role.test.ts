import { expect, it } from 'vitest'
import { macFromName, roleOf } from './file-role.ts'

it.each([
  ['boot/grub/x86_64-efi/core.efi', { step: 'boot-file', required: true, firmware: 'uefi-x64' }],
  [
    'boot/grub/x86_64-efi/core-http.efi',
    { step: 'boot-file', required: true, firmware: 'uefi-http-x64' },
  ],
  [
    'boot/grub/x86_64-efi/core-proxy.efi',
    { step: 'boot-file', required: true, firmware: 'uefi-x64' },
  ],
  ['boot/grub/i386-pc/core-proxy.0', { step: 'boot-file', required: true, firmware: 'bios' }],
  ['boot/grub/i386-pc/core.0', { step: 'boot-file', required: true, firmware: 'bios' }],
  ['boot/grub/grub.cfg', { step: 'grub-config', required: true }],
  ['boot/grub/hostcfg/pc01.cfg', { step: 'grub-config', required: false }],
  ['boot/grub/win11a.cfg', { step: 'grub-config', required: false }],
  ['linbo64', { step: 'kernel', required: true }],
  ['linbofs64', { step: 'initramfs', required: true }],
  ['boot/grub/x86_64-efi/zfs.mod', undefined],
  ['boot/grub/grub.cfg-0A141E33', undefined],
  ['images/linbo64', undefined],
])('knows which boot step %s is', (path, role) => {
  expect(roleOf(path)).toEqual(role)
})

it("reads the MAC address from GRUB's first question", () => {
  expect(macFromName('boot/grub/grub.cfg-01-52-54-00-1B-0b-10')).toBe('52:54:00:1b:0b:10')
  expect(macFromName('boot/grub/grub.cfg-0A141E33')).toBeUndefined()
  expect(macFromName('boot/grub/grub.cfg-01-52-54-00-1b-0b')).toBeUndefined()
})
