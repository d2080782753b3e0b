import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, spawnChild } from '@linbo/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from './bench.ts'
import { writeSampleImage } from './sample.ts'
import { freePort, nowhere, type TestBench, testBench } from './testing.ts'
import { linboWrapper } from './wrapper.ts'

describe('an image from a real rsync daemon', () => {
  let tree: string
  let daemon: Child
  let bench: TestBench
  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), 'linbo-tree-'))
    // A daemon that root starts reads as nobody.
    await chmod(tree, 0o755)
    await writeSampleImage(tree, 'tiny', 100_000)
    await writeFile(join(tree, 'images/tiny/tiny.postsync'), '')
    const conf = join(tree, 'rsyncd.conf')
    await writeFile(conf, settings(tree))
    const port = await freePort()
    daemon = spawnChild({
      command: 'rsync',
      args: [
        '--daemon',
        '--no-detach',
        `--config=${conf}`,
        '--address=127.0.0.1',
        `--port=${port}`,
      ],
      debianPackage: 'rsync',
    })
    while (!(await answers(port)));
    bench = await testBench({ ...nowhere, rsyncPort: port })
  })
  afterAll(async () => {
    await daemon?.stop()
    await bench?.remove()
    await rm(tree, { recursive: true, force: true })
  })
  const run = async (...words: string[]) => {
    const before = bench.printed().length
    const outcome = await linboWrapper(bench, words)
    return { outcome, said: bench.printed().slice(before) }
  }

  it('comes into the cache and is cloned to a partition that has it not', async () => {
    const { outcome, said } = await run('sync:1')
    expect(outcome).toBe(0)
    expect(said).toContain('Trying to download tiny.qcow2.postsync ... not available.\n')
    expect(said).toContain('Trying to download tiny.postsync ... Ok.\n')
    expect(said).toContain('Trying to download tiny.qcow2.info ... Ok.\n')
    expect((await stat(at(bench, 'cache', 'tiny.qcow2'))).size).toBe(100_000)
    expect(said).toMatch(
      /Starting full restore of \/dev\/sda2 using tiny\.qcow2\.\n +\(0\.00\/100%\)\r/,
    )
    expect(said).toMatch(/\d{12} applied: tiny\.qcow2 "202611200745"\n/)
  })

  it('stays in the cache and is copied to the partition that has it', async () => {
    const { said } = await run('sync:1')
    expect(said).toContain('tiny.qcow2 has not changed, nothing to do.\n')
    expect(said).toContain('Sync from tiny.qcow2 finished.')
  })

  it('is fetched again when its .info changed', async () => {
    const info = join(tree, 'images/tiny/tiny.qcow2.info')
    await writeFile(info, (await readFile(info, 'utf8')).replace('202611200745', '202611210800'))
    const { said } = await run('new:1')
    expect(said).toContain('Info files of tiny.qcow2 differ.\n')
    expect(said).toContain('applied: tiny.qcow2 "202611210800"')
    expect(said).toContain('Full restore from tiny.qcow2 finished.')
  })

  it('fails to sync when the server has lost it', async () => {
    await rm(join(tree, 'images/tiny'), { recursive: true })
    const done = await run('sync:1')
    expect(done.outcome).toBe(1)
    expect(done.said).toContain('Error!\n')
  })
})

function settings(tree: string): string {
  const quick = 'reverse lookup = no\nsocket options = TCP_NODELAY\nuse chroot = no\n'
  return `${quick}[linbo]\npath = ${tree}\n`
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
