/** UEFI, Windows and Debian with uniform device names; nothing is wrong with it. */
export const dual = `[LINBO]
Group = lab204
Cache = /dev/disk0p5
RootTimeout = 900
AutoPartition = no
AutoFormat = no
AutoInitCache = no
DownloadType = torrent
GuiDisabled = no
Locale = en-gb
KernelOptions = quiet splash

[Partition]
Dev = /dev/disk0p1
Label = efi
Size = 300M
Id = ef
FSType = vfat
Bootable = yes

[Partition]
Dev = /dev/disk0p2
Label = msr
Size = 128M
Id = 0c01
FSType =
Bootable = no

[Partition]
Dev = /dev/disk0p3
Label = windows
Size = 120G
Id = 7
FSType = ntfs
Bootable = no

[Partition]
Dev = /dev/disk0p4
Label = debian
Size = 60G
Id = 83
FSType = ext4
Bootable = no

[Partition]
Dev = /dev/disk0p5
Label = cache
Size =
Id = 83
FSType = ext4
Bootable = no

[OS]
Name = Windows 11
Description = Windows 11 classroom
IconName = win10.svg
BaseImage = win11lab.qcow2
Root = /dev/disk0p3
Kernel = auto
Initrd =
Append =
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
Autostart = no
AutostartTimeout = 5
DefaultAction = sync

[OS]
Name = Debian
Description = Debian 13
IconName = debian.svg
BaseImage = debian13.qcow2
Root = /dev/disk0p4
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = ro quiet
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
Autostart = yes
AutostartTimeout = 8
DefaultAction = start
`

/** BIOS, one Linux on /dev/sda, without a GUI. */
export const kiosk = `[LINBO]
Group = kiosk
Cache = /dev/sda2
RootTimeout = 0
AutoPartition = no
AutoFormat = no
AutoInitCache = yes
DownloadType = rsync
GuiDisabled = no
Locale = de-de
KernelOptions = quiet nogui nomenu dhcpretry=6

[Partition]
Dev = /dev/sda1
Label = kiosk
Size = 24G
Id = 83
FSType = ext4
Bootable = yes

[Partition]
Dev = /dev/sda2
Label = cache
Size =
Id = 83
FSType = ext4
Bootable = no

[OS]
Name = Kiosk
Description = Kiosk Linux
IconName = ubuntu.svg
BaseImage = kiosk.qcow2
Root = /dev/sda1
Kernel = vmlinuz
Initrd = initrd.img
Append = ro
StartEnabled = yes
SyncEnabled = yes
NewEnabled = no
Autostart = yes
AutostartTimeout = 0
DefaultAction = sync
`

/** An [OS] section to add to `dual`. */
export const liveIso = `[OS]
Name = Rescue Live
Description = Rescue system from ISO
IconName = debian.svg
BaseImage = rescue-amd64.iso
Root = /dev/disk0p5
Kernel = live/vmlinuz
Initrd = live/initrd.img
Append = boot=live
StartEnabled = yes
SyncEnabled = no
NewEnabled = no
Autostart = no
AutostartTimeout = 5
DefaultAction = start
`

/** `dual` with pieces of text replaced; each must be there. */
export function dualWith(...changes: [from: string, to: string][]): string {
  return swap(dual, ...changes)
}

export function swap(text: string, ...changes: [from: string, to: string][]): string {
  let changed = text
  for (const [from, to] of changes) {
    if (!changed.includes(from)) throw new Error(`the example has no ${from}`)
    changed = changed.replace(from, () => to)
  }
  return changed
}
