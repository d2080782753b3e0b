import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { activateBootSet, addBootSet, stageBootSet } from '@linbo/boot'
import { spawnChild } from '@linbo/runtime'
import { requireTool } from '@linbo/test/require'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createBootIsoMaker } from './boot-iso.ts'

let folder: string
let root: string
let images: string
const written = new Date('2026-11-21T08:00:00Z')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-iso-'))
  root = join(folder, 'srv linbo=1')
  images = join(folder, 'boot-iso')
  await mkdir(join(root, 'gui'), { recursive: true })
  await put('linbo64', 'kernel')
  await put('linbofs64', randomBytes(300_000))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(root, path), content)
  await utimes(join(root, path), written, written)
}

async function run(command: string, ...args: string[]): Promise<string> {
  const lines: string[] = []
  const child = spawnChild({ command, args, onLine: (line) => lines.push(line) })
  expect(await child.exited, lines.join('\n')).toBe(0)
  return lines.join('\n')
}

/** Takes the files out of an image. */
async function unpack(image: string): Promise<string> {
  const out = join(folder, `out-${randomBytes(4).toString('hex')}`)
  await run('xorriso', '-osirrox', 'on', '-indev', image, '-extract', '/', out)
  await run('chmod', '-R', 'u+w', out)
  return out
}

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

requireTool(
  'xorriso',
  'mformat',
  'grub-mkimage',
)('a boot medium', () => {
  it('holds kernel, initramfs, GUI and GRUB, and is started by BIOS and UEFI, as a CD and as a disk', async () => {
    await put('gui/7.3', 'gui')
    await symlink('7.3', join(root, 'gui/linbo_gui64_7.tar.lz'))
    await put('linbo-version', 'LINBO 7.4\n')
    const steps: string[] = []
    const made = await createBootIsoMaker(root, images).make({
      kernelOptions: 'console=ttyS0',
      onProgress: (step) => steps.push(step),
    })
    expect(made).toMatchObject({ isNew: true, set: null })
    expect(new Set(steps)).toEqual(new Set(['making GRUB', 'writing the image']))
    const out = await unpack(made.path)
    for (const name of ['linbo64', 'linbofs64', 'linbo-version'])
      expect(await sha256(join(out, name))).toBe(await sha256(join(root, name)))
    expect(await readFile(join(out, 'linbo_gui64_7.tar.lz'), 'utf8')).toBe('gui')
    expect(await readFile(join(out, 'boot/grub/grub.cfg'), 'utf8')).toContain('console=ttyS0')
    const modules = await readdir(join(out, 'boot/grub/x86_64-efi'))
    expect(modules).toEqual(expect.arrayContaining(['normal.mod', 'command.lst']))
    const report = await run('xorriso', '-indev', made.path, '-report_el_torito', 'plain')
    expect(report).toMatch(/El Torito boot img :\s+1\s+BIOS/)
    expect(report).toMatch(/El Torito boot img :\s+2\s+UEFI/)
    expect(report).toContain('boot-info-table grub2-boot-info')
    expect(report).toContain("'LINBO'")
    const start = await readFile(made.path)
    expect(start.readUInt16LE(510)).toBe(0xaa55)
    expect(start.subarray(0, 440).some((byte) => byte !== 0)).toBe(true)
    expect(start.subarray(512, 520).toString('latin1')).toBe('EFI PART')
  })

  it('is the same, bit for bit, when it is made again of the same files', async () => {
    const one = await createBootIsoMaker(root, images).make()
    const two = await createBootIsoMaker(root, join(folder, 'elsewhere')).make()
    expect(two.isNew).toBe(true)
    expect(await sha256(two.path)).toBe(await sha256(one.path))
  })

  it('is made again only when something changed', async () => {
    const maker = createBootIsoMaker(root, images)
    const [one, again] = await Promise.all([maker.make(), maker.make()])
    expect(one.isNew).toBe(true)
    expect(again).toEqual({ ...one, isNew: false })
    expect((await maker.make({ kernelOptions: 'acpi=off' })).key).not.toBe(one.key)
    await put('linbo64', 'another kernel')
    const changed = await maker.make()
    expect(changed).toMatchObject({ isNew: true })
    expect(changed.key).not.toBe(one.key)
    expect((await readdir(images)).every((name) => /^linbo-[0-9a-f]{16}\.iso$/.test(name))).toBe(
      true,
    )
  })

  it('is made from the current boot set', async () => {
    const staged = await stageBootSet(root)
    await writeFile(join(staged, 'linbo64'), 'kernel of the set')
    await writeFile(join(staged, 'linbofs64'), 'initramfs of the set')
    const record = { version: '7.4', madeAt: written.toISOString(), by: null, overlay: [] }
    const id = await addBootSet(root, staged, {
      ...record,
      sha256: { linbo64: null, linbofs64: null },
    })
    await activateBootSet(root, id)
    const made = await createBootIsoMaker(root, images).make()
    expect(made.set).toBe(id)
    expect(made.missing).toEqual(expect.arrayContaining(['linbo-version', 'linbo_gui64_7.tar.lz']))
    const out = await unpack(made.path)
    expect(await readFile(join(out, 'linbofs64'), 'utf8')).toBe('initramfs of the set')
  })

  it('keeps only the last ones', async () => {
    const maker = createBootIsoMaker(root, images)
    for (const kernelOptions of ['a', 'b', 'c', 'd', 'e']) await maker.make({ kernelOptions })
    expect(await readdir(images)).toHaveLength(3)
    expect((await maker.make({ kernelOptions: 'e' })).isNew).toBe(false)
  })

  it('leaves nothing behind when it cannot be made', async () => {
    const stop = new AbortController()
    const made = createBootIsoMaker(root, images).make({
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(made).rejects.toMatchObject({ code: 'ISO_TOOL_FAILED' })
    expect(await readdir(images)).toEqual([])
  })

  it('says what is missing without a kernel', async () => {
    await rm(join(root, 'linbo64'))
    await expect(createBootIsoMaker(root, images).make()).rejects.toMatchObject({
      code: 'ISO_NO_BOOT_FILES',
      fix: expect.stringContaining('linbo boot import'),
    })
  })
})
