import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CpioEntry, cpio, packCpio } from '@linbo/boot/cpio'
import { listCpio } from '@linbo/boot/cpio-read'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BootBase, foundBase, packageBase } from './boot-base.ts'
import { type BuiltSet, buildBootSet } from './build-set.ts'
import { customKernel } from './custom-kernel.ts'
import { type InputOptions, readBuildInputs } from './inputs.ts'
import { writePackage, writeTarXz } from './testing.ts'

let dir: string
let config: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-build-'))
  config = join(dir, 'config')
  await writePackage(join(dir, 'package'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const boot = () => ({
  version: '7.4.11-0',
  folder: join(dir, 'package'),
  kernelVersion: '6.1.0-test',
  sha256: '',
})

const write = async (path: string, content: string | Uint8Array, mode = 0o644) => {
  const file = join(dir, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  await chmod(file, mode)
}

interface Built extends BuiltSet {
  folder: string
}

let count = 0
async function build(
  options: {
    base?: BootBase
    inputs?: Partial<InputOptions>
    onProgress?(text: string): void
  } = {},
): Promise<Built> {
  const base = options.base ?? (await packageBase(boot()))
  const folder = join(dir, `set${count++}`)
  await mkdir(folder)
  const cacheDir = join(dir, 'cache')
  const { parts } = await readBuildInputs({
    ...{ configDir: config, dataDir: join(dir, 'data'), linboDir: join(dir, 'srv'), cacheDir },
    ...{ facts: base.facts, publicKey: `ssh-ed25519 ${'A'.repeat(68)} linbo-server` },
    password: { hash: 'f'.repeat(64), salt: 's'.repeat(32) },
    locale: { lang: 'C', keymap: '', zone: 'Europe/Berlin' },
    ...options.inputs,
  })
  const built = await buildBootSet({
    ...{ base, parts, target: folder, cacheDir },
    kernel: await customKernel(config, cacheDir, base.facts),
    hooks: { folders: [join(config, 'hooks')], env: { PATH: '/usr/bin:/bin' } },
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
  return { ...built, folder }
}

/**
 * What the kernel makes of an initramfs (init/initramfs.c): packed and plain archives one behind the other, zeros
 * between them, plain ones only at multiples of four, later entries over earlier ones.
 */
async function asKernel(path: string): Promise<Map<string, CpioEntry>> {
  const bytes = await readFile(path)
  const tree = new Map<string, CpioEntry>()
  const put = async (archive: Uint8Array) => {
    for (const entry of await listCpio(archive)) {
      const parent = dirname(entry.path)
      if (parent !== '.') expect(tree.get(parent)?.mode.toString(8)).toMatch(/^4/)
      const before = tree.get(entry.path)
      const isFolder = (one?: CpioEntry) => one?.mode.toString(8).startsWith('4')
      // The kernel removes what is of another kind; a folder that is not empty stays.
      if (isFolder(before)) expect(isFolder(entry)).toBe(true)
      tree.set(entry.path, entry)
    }
  }
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] === 0) at++
    else if (bytes.toString('latin1', at, at + 6) === '070701') {
      expect(at % 4).toBe(0)
      const end = bytes.indexOf('TRAILER!!!\0', at) + 11
      await put(bytes.subarray(at, end + (-(end - at + 2) & 3) + 2))
      at = end
    } else {
      expect(bytes.toString('hex', at, at + 6)).toBe('fd377a585a00')
      // Stream flags: checksum crc32, the strongest the kernel knows.
      expect(bytes[at + 7]).toBe(1)
      const magicEnd = bytes.indexOf('YZ', at, 'latin1') + 2
      let end = magicEnd
      while (end > 1 && end < bytes.length && bytes[end] !== 0 && bytes[end] !== 0x30)
        end = bytes.indexOf('YZ', end, 'latin1') + 2
      await put(execFileSync('xz', ['-dc'], { input: bytes.subarray(at, end), maxBuffer: 1e9 }))
      at = end
    }
  }
  return tree
}

const text = (tree: Map<string, CpioEntry>, path: string) => String(tree.get(path)?.data)
const mode = (tree: Map<string, CpioEntry>, path: string) => tree.get(path)?.mode.toString(8)

describe('a boot set', () => {
  it('has everything where upstream has it, for root alone where it is secret', async () => {
    await write('config/authorized_keys', `ssh-rsa ${'B'.repeat(40)} admin\n`)
    await write('config/wpa_supplicant.conf', 'network={\n}\n')
    await write('config/inittab', '# more\n::respawn:/bin/more\n')
    await write('config/linbo-torrent', 'ARIA2C_SEED_OPTS="--seed-ratio=2.0"\n')
    await write('config/files/usr/local/bin/own', '#!/bin/sh\n', 0o750)
    await write('config/files/etc/motd', 'hello\n')
    await chmod(join(config, 'files/etc'), 0o700)
    await symlink('own', join(config, 'files/usr/local/bin/link'))
    await write('srv/start.conf', '# default\n')
    const built = await build({ inputs: { server: '10.0.0.1' } })
    expect(built.warnings).toEqual([])
    const tree = await asKernel(join(built.folder, 'linbofs64'))

    expect(text(tree, 'etc/linbo_pwhash')).toBe('f'.repeat(64))
    expect(text(tree, 'etc/linbo_salt')).toBe('s'.repeat(32))
    expect(mode(tree, 'etc/linbo_pwhash')).toBe('100600')
    for (const kind of ['rsa', 'ecdsa', 'ed25519']) {
      expect(mode(tree, `etc/dropbear/dropbear_${kind}_host_key`)).toBe('100600')
      expect(mode(tree, `etc/ssh/ssh_host_${kind}_key`)).toBe('100600')
      expect(mode(tree, `etc/ssh/ssh_host_${kind}_key.pub`)).toBe('100644')
    }
    expect(mode(tree, '.ssh')).toBe('40700')
    expect(mode(tree, '.ssh/authorized_keys')).toBe('100600')
    expect(text(tree, '.ssh/authorized_keys').match(/^ssh-/gm)).toHaveLength(2)
    expect(mode(tree, 'etc/wpa_supplicant.conf')).toBe('100600')
    expect(text(tree, 'etc/inittab')).toBe(
      '::sysinit:/init.sh\n::respawn:/linbo.sh\n::respawn:/bin/more\n',
    )
    expect(text(tree, 'etc/default/linbo-torrent')).toContain('2.0')
    expect(text(tree, 'start.conf')).toBe('# default\n')
    expect(tree.get('etc/localtime')?.mode).toBe(0o100644)
    expect(text(tree, 'etc/localtime')).toMatch(/^TZif/)
    expect(mode(tree, 'usr/local/bin/own')).toBe('100750')
    expect(text(tree, 'usr/local/bin/link')).toBe('own')
    expect(mode(tree, 'etc')).toBe('40755')
    expect(text(tree, 'usr/share/linbo-server/server')).toBe('10.0.0.1\n')
    expect(mode(tree, 'init')).toBe('100755')
    // What is LINBO's own is still there.
    expect(mode(tree, 'bin/busybox')).toBe('104755')
    expect(mode(tree, 'lib')).toBe('120777')
    expect(text(tree, 'usr/lib/modules/6.1.0-test/kernel/one.ko')).toBe('no module')
  })

  it('is accompanied by its kernel, checksums and version', async () => {
    const { folder, sha256, sizeBytes, kernelVersion } = await build()
    expect((await readdir(folder)).sort()).toEqual([
      ...['linbo-version', 'linbo64', 'linbo64.md5', 'linbofs64', 'linbofs64.md5'],
    ])
    for (const name of ['linbo64', 'linbofs64'] as const) {
      const bytes = await readFile(join(folder, name))
      const digest = (kind: string) => createHash(kind).update(bytes).digest('hex')
      expect(await readFile(join(folder, `${name}.md5`), 'utf8')).toBe(`${digest('md5')}\n`)
      expect(sha256[name]).toBe(digest('sha256'))
    }
    expect((await stat(join(folder, 'linbofs64'))).size).toBe(sizeBytes)
    expect(await readFile(join(folder, 'linbo-version'), 'utf8')).toBe('LINBO 7.4.11-0\n')
    expect(kernelVersion).toBe('6.1.0-test')
  })

  it('is the same to the byte when nothing changed, and another when something did', async () => {
    const first = await build()
    expect((await build()).sha256).toEqual(first.sha256)
    const again = { ...(await packageBase(boot())) }
    expect((await build({ base: again })).sha256).toEqual(first.sha256)
    const password = { hash: 'e'.repeat(64), salt: 's'.repeat(32) }
    const other = await build({ inputs: { password } })
    expect(other.sha256.linbofs64).not.toBe(first.sha256.linbofs64)
    expect(other.sha256.linbo64).toBe(first.sha256.linbo64)
  })

  it('is unpacked by cpio with root as owner', async () => {
    const { folder } = await build()
    const bytes = await readFile(join(folder, 'linbofs64'))
    const overlay = bytes.subarray(bytes.indexOf('070701'))
    const listed = execFileSync('cpio', ['-itvn', '--quiet'], { input: overlay, encoding: 'utf8' })
    const lines = listed.trim().split('\n')
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect(line).toMatch(/^\S+\s+\d+ 0\s+0\s/)
    expect(listed).toMatch(/^-rw------- .* etc\/linbo_pwhash$/m)
  })

  it('packs big files by themselves, once', async () => {
    await write('config/files/opt/big', Buffer.alloc(2_000_000, 'linbo'))
    const steps: string[] = []
    const onProgress = (step: string) => void steps.push(step)
    const first = await build({ onProgress })
    const second = await build({ onProgress })
    expect(second.sha256).toEqual(first.sha256)
    expect(steps.filter((step) => step.includes('big files'))).toHaveLength(1)
    expect(first.sizeBytes).toBeLessThan(500_000)
    const tree = await asKernel(join(first.folder, 'linbofs64'))
    expect(tree.get('opt/big')?.data?.length).toBe(2_000_000)
    expect(text(tree, 'etc/linbo_salt')).toBe('s'.repeat(32))
  })

  it('has firmware with its links, and tells what is missing', async () => {
    await write('firmware/iwlwifi/a.ucode', 'ucode')
    await symlink('a.ucode', join(dir, 'firmware/iwlwifi/b.ucode'))
    await write('firmware/loose.fw.zst', 'packed')
    await write('firmware/regulatory.db', 'db')
    await write(
      'config/firmware',
      '# Wi-Fi\niwlwifi/b.ucode\nrtl_nic/loose.fw\nnowhere.bin\n../x\n',
    )
    const { folder, warnings } = await build()
    const tree = await asKernel(join(folder, 'linbofs64'))
    expect(text(tree, 'usr/lib/firmware/iwlwifi/b.ucode')).toBe('a.ucode')
    expect(text(tree, 'usr/lib/firmware/iwlwifi/a.ucode')).toBe('ucode')
    expect(text(tree, 'usr/lib/firmware/rtl_nic/loose.fw.zst')).toBe('packed')
    expect(tree.has('usr/lib/firmware/regulatory.db')).toBe(true)
    expect(warnings).toEqual([
      expect.stringContaining('"../x" is not the name'),
      expect.stringContaining('nowhere.bin is not on this server'),
    ])
  })

  it('leaves nothing behind when it fails', async () => {
    const base = await packageBase(boot())
    const folder = `set${count}`
    await expect(build({ base: { ...base, kernel: '/nowhere/linbo64' } })).rejects.toMatchObject({
      code: 'LINBOFS_UNWRITABLE',
    })
    expect(await readdir(dir)).not.toContain(folder)
  })

  it('gets modules.dep from depmod where a package has none', async () => {
    await writeTarXz(join(dir, 'package/modules.tar.xz'), [
      { name: 'lib/modules/6.1.0-test/' },
      { name: 'lib/modules/6.1.0-test/modules.order', content: '' },
      { name: 'lib/modules/6.1.0-test/modules.builtin', content: 'kernel/fs/ext4/ext4.ko\n' },
    ])
    const { folder } = await build()
    const tree = await asKernel(join(folder, 'linbofs64'))
    expect(tree.has('usr/lib/modules/6.1.0-test/modules.dep')).toBe(true)
    expect(tree.has('usr/lib/modules/6.1.0-test/modules.alias')).toBe(true)
  })

  it('takes another kernel with its modules', async () => {
    const modules = 'own/lib/modules/6.9.0-own'
    await write(`${modules}/kernel/two.ko`, 'x')
    await write(`${modules}/modules.dep`, 'kernel/two.ko:\n')
    await write('own/vmlinuz', 'their kernel')
    await write(
      'config/custom_kernel',
      `KERNELPATH="${dir}/own/vmlinuz"\nMODULESPATH="${dir}/${modules}"\n`,
    )
    const { folder, kernelVersion, overlay } = await build()
    const tree = await asKernel(join(folder, 'linbofs64'))
    expect(tree.has('usr/lib/modules/6.9.0-own/kernel/two.ko')).toBe(true)
    expect(tree.has('usr/lib/modules/6.1.0-test')).toBe(false)
    expect(await readFile(join(folder, 'linbo64'), 'utf8')).toBe('their kernel')
    expect(kernelVersion).toBe('6.9.0-own')
    expect(overlay).toContain('kernel 6.9.0-own')
    await rm(join(dir, 'own/vmlinuz'))
    await expect(build()).rejects.toMatchObject({ code: 'LINBOFS_CUSTOM_KERNEL' })
  })

  it('is changed by hooks, which see the unpacked tree and may fail', async () => {
    const hook = 'config/hooks/update-linbofs.pre.d'
    await write(
      `${hook}/1-change`,
      '#!/bin/sh\necho changed > etc/hooked\nrm start.conf\necho did it\n',
      0o755,
    )
    await write(`${hook}/2-fail`, '#!/bin/sh\nexit 3\n', 0o755)
    await write(`${hook}/3-open`, '#!/bin/sh\ntouch etc/never\n', 0o757)
    await write(`${hook}/4-note`, 'not executable')
    const steps: string[] = []
    const built = await build({ onProgress: (step) => steps.push(step) })
    const tree = await asKernel(join(built.folder, 'linbofs64'))
    expect(text(tree, 'etc/hooked')).toBe('changed\n')
    expect(tree.has('start.conf')).toBe(false)
    expect(tree.has('etc/never')).toBe(false)
    expect(tree.get('dev/console')).toMatchObject({ mode: 0o020600, device: [5, 1] })
    expect(mode(tree, 'bin/busybox')).toBe('104755')
    expect(mode(tree, 'etc/linbo_pwhash')).toBe('100600')
    expect(text(tree, 'usr/lib/modules/6.1.0-test/kernel/one.ko')).toBe('no module')
    expect(steps).toContain('did it')
    expect(built.warnings).toEqual([
      expect.stringMatching(/3-open was not run/),
      expect.stringMatching(/2-fail ended with 3/),
    ])
    expect(built.overlay).toContain('hooks (2)')
    expect(built.baseBytes).toBe(0)
  })
})

describe('kernel and initramfs that were found', () => {
  it.each(['xz', 'lzma', 'gzip', 'zstd', 'cat'])(
    'get the same overlay, packed with %s',
    async (packer) => {
      const made = await build()
      const archive = execFileSync('xz', ['-dc', join(dir, 'package/base.cpio.xz')])
      const options =
        { xz: ['--check=none'], lzma: [], gzip: [], zstd: ['-q'], cat: [] }[packer] ?? []
      const args = packer === 'cat' ? [] : ['-c', ...options]
      const folder = join(dir, 'srv')
      await mkdir(folder)
      await copyFile(join(made.folder, 'linbo64'), join(folder, 'linbo64'))
      await writeFile(join(folder, 'linbofs64'), execFileSync(packer, args, { input: archive }))
      const { size } = await stat(join(folder, 'linbofs64'))
      const base = await foundBase(folder, 'found', size)
      expect(base.warnings).toEqual([])
      expect(base.facts.inittab).toContain('::sysinit:/init.sh')
      expect(base.facts.links.get('lib')).toBe('usr/lib')
      const first = await build({ base })
      expect(first.baseBytes).toBe(size)
      // Building on what was built gives the same again.
      const second = await build({ base: await foundBase(first.folder, 'found', first.baseBytes) })
      expect(second.sha256).toEqual(first.sha256)
    },
  )

  it('may begin with a plain archive before the packed one', async () => {
    const folder = join(dir, 'srv')
    await mkdir(folder)
    await writeFile(join(folder, 'linbo64'), 'kernel')
    const plain = packCpio([cpio.folder('.ssh'), cpio.file('.ssh/authorized_keys', 'old')])
    const packed = await readFile(join((await packageBase(boot())).template.path))
    const zeros = Buffer.alloc(8)
    await writeFile(join(folder, 'linbofs64'), Buffer.concat([plain, zeros, packed]))
    const { size } = await stat(join(folder, 'linbofs64'))
    const base = await foundBase(folder, 'found', size)
    expect(base.facts.folders.has('.ssh')).toBe(true)
    expect(base.facts.links.get('lib')).toBe('usr/lib')
    expect(base.warnings).toEqual([])
  })

  it('that cannot be read are taken as they are, with a warning', async () => {
    await mkdir(join(dir, 'srv'))
    await writeFile(join(dir, 'srv/linbo64'), 'kernel')
    await writeFile(join(dir, 'srv/linbofs64'), 'unknown')
    const { folder, warnings } = await build({ base: await foundBase(join(dir, 'srv'), 'x', 7) })
    expect(warnings).toEqual([expect.stringContaining('could not be read')])
    const bytes = await readFile(join(folder, 'linbofs64'))
    expect(bytes.toString('latin1', 0, 14)).toBe('unknown\x00070701')
  })
})
