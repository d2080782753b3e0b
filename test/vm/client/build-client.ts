import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, fileStamp, folderContent } from '../build/cache.ts'
import { type CpioEntry, cpio, packCpio, readTree } from '../build/cpio.ts'
import { packInitramfs } from '../build/initramfs.ts'
import { fetchKernel, packModules } from '../build/kernel.ts'
import { busyboxLinks, findProgram, packPrograms } from '../build/programs.ts'
import { runProgram } from '../build/run-program.ts'

/** Programs of the client and the Debian packages they come from. */
const programs: [name: string, debianPackage: string][] = [
  ['busybox', 'busybox-static'],
  ['rsync', 'rsync'],
  ['dropbear', 'dropbear-bin'],
  ['sfdisk', 'fdisk'],
  ['blkid', 'util-linux'],
  ['mke2fs', 'e2fsprogs'],
  ['e2fsck', 'e2fsprogs'],
  ['e2label', 'e2fsprogs'],
  ['resize2fs', 'e2fsprogs'],
  ['mkfs.fat', 'dosfstools'],
  ['fatlabel', 'dosfstools'],
  ['qemu-img', 'qemu-utils'],
  ['kexec', 'kexec-tools'],
]

export const modules = [
  ...['virtio_pci', 'virtio_net', 'virtio_blk', 'e1000', 'e1000e', 'ahci', 'sd_mod'],
  ...['ext4', 'crc32c_generic', 'vfat', 'nls_ascii', 'nls_cp437', 'nls_iso8859_1', 'efivarfs'],
]

const root = join(import.meta.dirname, 'root')

const hostKeyTypes = ['rsa', 'ecdsa', 'ed25519']

export interface Client {
  kernel: string
  /** Knows no key that may log in; `writeInitramfs` adds one. */
  initramfs: string
}

/** The kernel and initramfs of the lab's LINBO-like client, from the cache when nothing changed. */
export async function buildClient(): Promise<Client> {
  const kernel = await fetchKernel()
  const hostKeys = await createHostKeys()
  const paths = await Promise.all(programs.map(([name, from]) => findProgram(name, from)))
  const inputs = [
    kernel.root,
    hostKeys,
    ...(await Promise.all(paths.map(fileStamp))),
    ...(await folderContent(root)),
    ...(await folderContent(join(import.meta.dirname, '..', 'build'))),
    await readFile(import.meta.filename, 'utf8'),
  ]
  const folder = await cached('client', inputs, async (target) => {
    const keys = await Promise.all(
      hostKeyTypes.map(async (type) => {
        const name = `dropbear_${type}_host_key`
        return cpio.file(`etc/dropbear/${name}`, await readFile(join(hostKeys, name)), 0o600)
      }),
    )
    const initramfs = packInitramfs([
      ...(await packClient(paths)),
      ...(await packModules(kernel, modules)),
      ...keys,
    ])
    await writeFile(join(target, 'initramfs'), initramfs)
  })
  return { kernel: kernel.vmlinuz, initramfs: join(folder, 'initramfs') }
}

/**
 * The client without modules and keys.
 * @param programs paths of its programs, busybox first
 */
export async function packClient(programs: string[]): Promise<CpioEntry[]> {
  const packed = await packPrograms(programs)
  const taken = new Set([...packed, ...readTree(root)].map(({ path }) => path))
  return [
    ...packed,
    ...(await busyboxLinks(programs[0] as string, taken)),
    ...readTree(root),
    cpio.link('init', 'usr/bin/busybox'),
    cpio.folder('etc/dropbear', 0o700),
  ]
}

/**
 * Writes the client's initramfs for one server.
 * @param publicKey the server's public key line, which may log in as root
 */
export async function writeInitramfs(client: Client, publicKey: string, target: string) {
  // The kernel unpacks archives that follow each other, compressed or not.
  const key = packCpio([
    cpio.folder('.ssh', 0o700),
    cpio.file('.ssh/authorized_keys', `${publicKey.trim()}\n`, 0o600),
  ])
  await writeFile(target, Buffer.concat([key, await readFile(client.initramfs)]))
}

/** All clients share their SSH host keys, as LINBO's do. */
async function createHostKeys(): Promise<string> {
  return cached('host-keys', hostKeyTypes, async (folder) => {
    for (const type of hostKeyTypes) {
      const path = join(folder, `dropbear_${type}_host_key`)
      await runProgram('dropbearkey', ['-t', type, '-f', path], { debianPackage: 'dropbear-bin' })
    }
  })
}
