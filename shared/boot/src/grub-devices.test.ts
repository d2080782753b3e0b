import { describe, expect, it } from 'vitest'
import { grubDevice, osType } from './grub-devices.ts'

describe('grubDevice', () => {
  it.each([
    ['/dev/sda1', '(hd0,1)'],
    ['/dev/sdc12', '(hd2,12)'],
    ['/dev/hdb2', '(hd1,2)'],
    ['/dev/vda3', '(hd0,3)'],
    ['/dev/xvdb1', '(hd1,1)'],
    ['/dev/nvme0n1p4', '(hd0,4)'],
    ['/dev/nvme0n2p1', '(hd1,1)'],
    ['/dev/mmcblk0p2', '(hd0,2)'],
    ['/dev/disk1p5', '(hd1,5)'],
    ['/dev/sda', undefined],
    ['/dev/nvme1n1p4', undefined],
    ['/dev/mapper/vg-cache', undefined],
    ['//server/cache', undefined],
    ['', undefined],
  ])('%s is %s', (dev, device) => {
    expect(grubDevice(dev)).toBe(device)
  })
})

describe('osType', () => {
  it.each([
    ['Windows 10', 'win10'],
    ['Windows 11 Lab', 'win'],
    ['Linux Mint 22', 'linuxmint'],
    ['WIN10 teacher', 'win10'],
    ['Kubuntu', 'kubuntu'],
    ['Ubuntu 24.04', 'ubuntu'],
    ['openSUSE', 'opensuse'],
    ['Arch', 'arch'],
    ['Some Linux', 'linux'],
    ['Kiosk', 'unknown'],
  ])('%s is %s', (name, type) => {
    expect(osType(name)).toBe(type)
  })
})
