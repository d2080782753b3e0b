/** A group whose machines have an EFI, a system and a cache partition, and one operating system. */
export function startConf(group: string, image: string): string {
  return `[LINBO]
Group = ${group}
Cache = /dev/sda3
DownloadType = rsync
AutoPartition = no
AutoFormat = no
AutoInitCache = no
KernelOptions = quiet console=tty0 console=ttyS0,115200

[Partition]
Dev = /dev/sda1
Label = efi
Size = 100M
Id = ef
FSType = vfat
Bootable = yes

[Partition]
Dev = /dev/sda2
Label = ${image}
Size = 300M
Id = 83
FSType = ext4
Bootable = no

[Partition]
Dev = /dev/sda3
Label = cache
Size =
Id = 83
FSType = ext4
Bootable = no

[OS]
Name = TinyOS
Description = A kernel, a busybox and some ballast
IconName = ubuntu.svg
BaseImage = ${image}.qcow2
Root = /dev/sda2
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = quiet console=ttyS0,115200
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
Autostart = no
DefaultAction = start
Hidden = no
`
}
