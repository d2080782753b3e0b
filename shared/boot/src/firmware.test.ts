import { describe, expect, it } from 'vitest'
import { type BootFile, bootFileFor, type FirmwareFacts, firmwareOf } from './firmware.ts'

const bios: BootFile = { path: 'boot/grub/i386-pc/core.0', via: 'tftp' }
const efi: BootFile = { path: 'boot/grub/x86_64-efi/core.efi', via: 'tftp' }
const efiHttp: BootFile = { path: 'boot/grub/x86_64-efi/core-http.efi', via: 'http' }
const efiClass = 'PXEClient:Arch:00007:UNDI:003010'

describe('firmware and boot file', () => {
  it.each<[string, FirmwareFacts, string, BootFile | undefined]>([
    ['SeaBIOS with iPXE', { arch: 0, userClass: 'iPXE' }, 'bios', bios],
    ['OVMF', { arch: 7, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' }, 'uefi-x64', efi],
    ['iPXE on UEFI', { arch: 7, vendorClass: efiClass, userClass: 'iPXE' }, 'uefi-x64', efi],
    ['x64 firmware that says 9', { arch: 9 }, 'uefi-x64', efi],
    ['32-bit UEFI', { arch: 6 }, 'uefi-ia32', undefined],
    [
      'OVMF HTTP boot',
      { arch: 16, vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' },
      'uefi-http-x64',
      efiHttp,
    ],
    [
      'an HTTP client that says 7',
      { arch: 7, vendorClass: 'HTTPClient' },
      'uefi-http-x64',
      efiHttp,
    ],
    ['ARM', { arch: 11 }, 'unknown', undefined],
    ['option 93 missing, class says x64', { vendorClass: 'PXEClient:Arch:00007' }, 'uefi-x64', efi],
    ['option 93 missing, bare class', { vendorClass: 'PXEClient' }, 'bios', bios],
    ['no facts at all', {}, 'bios', bios],
    ['an HTTP client without an architecture', { vendorClass: 'HTTPClient' }, 'unknown', undefined],
    ['an architecture that is an object key', { arch: Number.NaN }, 'unknown', undefined],
  ])('%s', (_name, facts, firmware, file) => {
    expect(firmwareOf(facts)).toBe(firmware)
    expect(bootFileFor(facts)).toEqual(file)
  })

  it('lets option 93 win over the class', () => {
    expect(firmwareOf({ arch: 0, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' })).toBe('bios')
  })
})
