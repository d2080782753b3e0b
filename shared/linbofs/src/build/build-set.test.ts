import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { CpioEntry } from '@linbo/boot/cpio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeTarXz } from './testing.ts'
import { openTestBuilder, type TestBuilder } from './testing-build.ts'
import { asKernel } from './testing-kernel.ts'

let test: TestBuilder
let dir: string
beforeEach(async () => {
  test = await openTestBuilder()
  dir = test.dir
})
afterEach(() => test.close())
const build: TestBuilder['build'] = (options) => test.build(options)

const write = async (path: string, content: string | Uint8Array, mode = 0o644) => {
  const file = join(dir, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  await chmod(file, mode)
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
    await chmod(join(dir, 'config', 'files/etc'), 0o700)
    await symlink('own', join(dir, 'config', 'files/usr/local/bin/link'))
    await write('config/files/lib/own/driver.conf', 'fast\n')
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
    expect(mode(tree, '.')).toBe('40755')
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
    expect(text(tree, 'usr/lib/own/driver.conf')).toBe('fast\n')
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
    const again = { ...(await test.base()) }
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
    const base = await test.base()
    const folder = test.nextFolder()
    await expect(build({ base: { ...base, kernel: '/nowhere/linbo64' } })).rejects.toMatchObject({
      code: 'LINBOFS_UNWRITABLE',
    })
    expect(await readdir(dir)).not.toContain(basename(folder))
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
    expect(mode(tree, '.')).toBe('40755')
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
