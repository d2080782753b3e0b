import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, fileStamp, folderContent } from '../build/cache.ts'
import { cpio, readTree } from '../build/cpio.ts'
import { packInitramfs } from '../build/initramfs.ts'
import { fetchKernel, packModules } from '../build/kernel.ts'
import { findProgram, packPrograms } from '../build/programs.ts'
import { runProgram } from '../build/run-program.ts'

const modules = ['virtio_pci', 'virtio_blk', 'ahci', 'sd_mod', 'ext4', 'crc32c_generic']

export interface OsImage {
  /** Folder with `<base>.qcow2`, `<base>.qcow2.info` and `<base>.qcow2.desc`. */
  folder: string
  base: string
  sizeBytes: number
}

/**
 * An image of a very small Linux: an ext4 file system with a kernel and an initramfs that prints
 * `TINYOS-BOOTED <host name>` on the first serial port.
 * @param ballastMiB data beside it that compresses to a half, so that transfer and restore take long enough to be
 *   watched
 */
export async function buildOsImage(base: string, ballastMiB: number): Promise<OsImage> {
  const kernel = await fetchKernel()
  const root = join(import.meta.dirname, 'root')
  const busybox = await findProgram('busybox', 'busybox-static')
  const inputs = [
    base,
    String(ballastMiB),
    kernel.root,
    await fileStamp(busybox),
    ...(await folderContent(root)),
    ...(await folderContent(join(import.meta.dirname, '..', 'build'))),
    await readFile(import.meta.filename, 'utf8'),
  ]
  const folder = await cached(`image-${base}`, inputs, async (target) => {
    const tree = join(target, 'tree')
    for (const part of ['boot', 'etc', 'var']) await mkdir(join(tree, part), { recursive: true })
    await copyFile(kernel.vmlinuz, join(tree, 'boot', 'vmlinuz'))
    const initramfs = packInitramfs([
      ...(await packPrograms([busybox])),
      ...(await packModules(kernel, modules)),
      cpio.link('usr/bin/modprobe', 'busybox'),
      ...readTree(root),
    ])
    await writeFile(join(tree, 'boot', 'initrd.img'), initramfs)
    await writeFile(join(tree, 'etc', 'hostname'), 'unnamed\n')
    await writeFile(
      join(tree, 'var', 'ballast'),
      randomBytes(ballastMiB * 512 * 1024).toString('hex'),
    )
    await packQcow2(target, base, tree, 64 + ballastMiB)
  })
  const { size } = await stat(join(folder, `${base}.qcow2`))
  return { folder, base, sizeBytes: size }
}

async function packQcow2(folder: string, base: string, tree: string, sizeMiB: number) {
  const raw = join(folder, 'raw')
  const qcow2 = join(folder, `${base}.qcow2`)
  await runProgram('mke2fs', ['-q', '-t', 'ext4', '-L', base, '-d', tree, raw, `${sizeMiB}M`])
  await runProgram('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, qcow2])
  await runProgram('rm', ['-r', raw, tree])
  const { size } = await stat(qcow2)
  const info = [
    `["${base}.qcow2" Info File]`,
    'timestamp="202601011200"',
    `image="${base}.qcow2"`,
    `imagesize="${size}"`,
    'partition="/dev/sda1"',
    `partitionsize="${sizeMiB * 1024}"`,
  ]
  await writeFile(`${qcow2}.info`, `${info.join('\n')}\n`)
  await writeFile(`${qcow2}.desc`, 'A kernel, a busybox and some ballast.\n')
}
