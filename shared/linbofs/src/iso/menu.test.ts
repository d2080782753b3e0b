import { describe, expect, it } from 'vitest'
import { isoMenu, isoSearch } from './menu.ts'

const both = { bios: true, uefi: true }
const linuxLines = (text: string) => text.split('\n').filter((line) => /^ {2}linux /.test(line))

describe('isoMenu', () => {
  it('starts LINBO as from a medium, and once more for finding errors', () => {
    const menu = isoMenu({ kernelOptions: '', hasIpxe: both })
    expect(linuxLines(menu)).toEqual([
      '  linux /linbo64 quiet splash isoboot',
      '  linux /linbo64 debug isoboot',
    ])
  })

  it("adds a group's options, the quiet ones not where errors are looked for", () => {
    const kernelOptions = 'quiet splash dhcpretry=9 console=ttyS0'
    expect(linuxLines(isoMenu({ kernelOptions, hasIpxe: both }))).toEqual([
      '  linux /linbo64 quiet splash isoboot dhcpretry=9 console=ttyS0',
      '  linux /linbo64 debug isoboot dhcpretry=9 console=ttyS0',
    ])
  })

  it('lets options be nothing but options', () => {
    const menu = isoMenu({ kernelOptions: "a;reboot $root 'b'\n}", hasIpxe: both })
    expect(linuxLines(menu)[0]).toBe(
      "  linux /linbo64 quiet splash isoboot 'a;reboot' '$root' ''\\''b'\\''' '}'",
    )
  })

  it('offers the network with what is on the medium', () => {
    const menu = (bios: boolean, uefi: boolean) =>
      isoMenu({ kernelOptions: '', hasIpxe: { bios, uefi } })
    expect(menu(true, true)).toMatch(/ipxe\.efi[\s\S]*ipxe\.lkrn/)
    expect(menu(true, false)).not.toContain('ipxe.efi')
    expect(menu(false, true)).not.toContain('ipxe.lkrn')
    expect(menu(false, false)).not.toContain('Network')
  })
})

it('finds the medium by a file that only it has', () => {
  expect(isoSearch('boot/grub/medium-1')).toBe(
    'search --no-floppy --file --set=root /boot/grub/medium-1\nset prefix=($root)/boot/grub\n',
  )
})
