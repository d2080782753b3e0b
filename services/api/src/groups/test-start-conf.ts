/** A start.conf of one disk with one system. */
export function testStartConf(group: string, os = 'Ubuntu'): string {
  return `[LINBO]
Group = ${group}
Cache = /dev/sda2
DownloadType = rsync

[Partition]
Dev = /dev/sda1
Label = system
Size = 20G
Id = 83
FSType = ext4
Bootable = no

[Partition]
Dev = /dev/sda2
Label = cache
Size =
Id = 83
FSType = ext4
Bootable = no

[OS]
Name = ${os}
BaseImage = ubuntu.qcow2
Boot = /dev/sda1
Root = /dev/sda1
Kernel = vmlinuz
Initrd = initrd.img
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
DefaultAction = sync
`
}
