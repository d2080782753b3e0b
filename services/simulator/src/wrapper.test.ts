import { readFile, writeFile } from 'node:fs/promises'
import { parseImageInfo } from '@linbo/formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { at, Killed } from './bench.ts'
import { contentOf } from './disk.ts'
import { type TestBench, testBench } from './testing.ts'
import { linboWrapper } from './wrapper.ts'

describe('linbo_wrapper', () => {
  let bench: TestBench
  beforeEach(async () => {
    bench = await testBench()
  })
  afterEach(() => bench.remove())
  const run = (...words: string[]) => linboWrapper(bench, words)

  it('says what it does in the words of reference 9.1', async () => {
    expect(await run('format:1', 'create_image:1:a comment')).toBe(0)
    expect(bench.printed()).toMatch(
      /^### \d{8}-\d{6} linbo_wrapper format:1 create_image:1:a comment ###\n/,
    )
    expect(bench.printed()).toContain(
      'Command     : create_image\nOS number   : 1\nComment        : a comment\n',
    )
  })

  it('partitions every disk and keeps what is on it', async () => {
    await writeFile(contentOf(bench, '/dev/sda2'), 'tiny')
    expect(await run('partition')).toBe(0)
    expect(bench.printed()).toContain('Creating new gpt partition table on /dev/sda.\n')
    expect(bench.printed()).toContain('partition label size id fstype bootable\n')
    expect(bench.printed()).toContain('1: /dev/sda1 efi 200M ef vfat yes\n')
    expect(bench.printed()).toContain('Finished partitioning of /dev/sda successfully!\n')
    expect(await readFile(contentOf(bench, '/dev/sda2'), 'utf8')).toBe('tiny')
  })

  it('formats one partition, or all of them with a new table', async () => {
    await writeFile(at(bench, 'cache', 'tiny.qcow2'), 'x')
    await writeFile(contentOf(bench, '/dev/sda2'), 'tiny')
    expect(await run('format:2')).toBe(0)
    expect(bench.printed()).toContain('Formatting /dev/sda2 with ntfs ... OK!\n')
    await expect(readFile(contentOf(bench, '/dev/sda2'))).rejects.toThrow('ENOENT')
    expect(await readFile(at(bench, 'cache', 'tiny.qcow2'), 'utf8')).toBe('x')
    expect(await run('format')).toBe(0)
    await expect(readFile(at(bench, 'cache', 'tiny.qcow2'))).rejects.toThrow('ENOENT')
  })

  it('stops at the first command that fails', async () => {
    expect(await run('format:9', 'label')).toBe(1)
    expect(bench.printed()).not.toContain('Command     : label')
  })

  it.each([
    ['initcache', 1],
    ['sync:1', 1],
    ['sync:7', 1],
    ['prestart:1', 1],
    ['label', 0],
    ['postsync:1', 0],
    ['gui_ctl_disable', 0],
    ['nonsense', 0],
    ['start:1', 'start'],
    ['reboot', 'reboot'],
    ['halt', 'halt'],
  ])('ends %s with %s on a server that nobody runs', async (word, outcome) => {
    expect(await run(word)).toBe(outcome)
  })

  it('makes an image with its .info and .desc', async () => {
    expect(await run('create_image:1:for the lab')).toBe(0)
    const image = await readFile(at(bench, 'cache', 'tiny.qcow2'))
    const info = parseImageInfo(await readFile(at(bench, 'cache', 'tiny.qcow2.info'), 'utf8'))
    expect(info).toMatchObject({ image: 'tiny.qcow2', imageSizeBytes: image.length })
    expect(await readFile(at(bench, 'cache', 'tiny.qcow2.desc'), 'utf8')).toContain('for the lab')
    expect(bench.printed()).toContain('(100.00/100%)\r')
  })

  it('keeps an upload password for this boot only where LINBO does', async () => {
    await run('linbo:geheim')
    expect(await readFile(at(bench, 'tmp', 'rsyncd.secrets'), 'utf8')).toBe('linbo:geheim\n')
  })

  it('reports an upload as successful whatever became of it, as LINBO does', async () => {
    await run('create_image:1')
    expect(await run('upload_image:1')).toBe(0)
    expect(bench.printed()).toMatch(/Successfully uploaded tiny\.qcow2 .* to 127\.0\.0\.1\./)
    expect(bench.printed()).toContain('rsync')
  })

  it('ends in the middle of its work when it is killed', async () => {
    bench.pace = 1000
    const running = run('partition')
    bench.abort.abort(new Killed())
    await expect(running).rejects.toBeInstanceOf(Killed)
  })
})
