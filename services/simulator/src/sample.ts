import { join } from 'node:path'
import { printImageInfo } from '@linbo/formats'
import { writeAtomic } from '@linbo/runtime'

/** A start.conf for simulated machines: one Windows on one disk, which LINBO clones when it is not there yet. */
export function sampleStartConf(group: string, image: string): string {
  const section = (name: string, keys: Record<string, string>) =>
    [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`), ''].join('\n')
  const disk = (number: number) => `/dev/sda${number}`
  const partition = (number: number, Label: string, Size: string, Id: string, FSType: string) =>
    section('Partition', {
      Dev: disk(number),
      Label,
      Size,
      Id,
      FSType,
      Bootable: number === 1 ? 'yes' : 'no',
    })
  return [
    section('LINBO', {
      Group: group,
      Cache: disk(3),
      DownloadType: 'rsync',
      KernelOptions: 'quiet splash',
    }),
    partition(1, 'efi', '200M', 'ef', 'vfat'),
    partition(2, 'windows', '20G', '7', 'ntfs'),
    partition(3, 'cache', '', '83', 'ext4'),
    section('OS', {
      Name: 'Windows 11',
      Description: 'A simulated Windows',
      IconName: 'win10.svg',
      BaseImage: `${image}.qcow2`,
      Root: disk(2),
      Kernel: 'auto',
      Initrd: '',
      Append: '',
      StartEnabled: 'yes',
      SyncEnabled: 'yes',
      NewEnabled: 'yes',
      Autostart: 'no',
      AutostartTimeout: '5',
      DefaultAction: 'sync',
    }),
  ].join('\n')
}

/** Writes an image for simulated machines below LINBO_DIR: a qcow2 header, then bytes that do not compress. */
export async function writeSampleImage(
  linboDir: string,
  name: string,
  sizeBytes: number,
): Promise<void> {
  const content = Buffer.alloc(sizeBytes)
  let seed = 0x2545f491
  for (let at = 0; at + 4 <= sizeBytes; at += 4) {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    content.writeInt32LE(seed, at)
  }
  content.write('QFI\xfb\0\0\0\x03', 'latin1')
  const path = join(linboDir, 'images', name, `${name}.qcow2`)
  await writeAtomic(path, content)
  const info = printImageInfo({
    timestamp: '202611200745',
    image: `${name}.qcow2`,
    imageSizeBytes: sizeBytes,
    partition: '/dev/sda2',
    partitionSizeKib: 20 * 1024 * 1024,
  })
  await writeAtomic(`${path}.info`, info)
}
