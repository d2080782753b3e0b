import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readUploadPassword } from '@linbo/ssh'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { pc01, pc02, type SyncServer, startSync } from '../support/sync.ts'

/** A qcow2 header with a virtual size, then filling. */
function image(sizeBytes: number, filling: string): Buffer {
  const bytes = Buffer.alloc(sizeBytes, filling)
  bytes.writeUInt32BE(0x514649fb, 0)
  bytes.writeUInt32BE(3, 4)
  bytes.writeBigUInt64BE(1_000_000n, 24)
  return bytes
}

const info = (name: string, size: number, stamp: string) =>
  `["${name}" Info File]\ntimestamp="${stamp}"\nimage="${name}"\nimagesize="${size}"\npartition="/dev/sda1"\npartitionsize="1"\n`

requireTool('rsync')('rsync clients that upload', () => {
  let server: SyncServer
  let cache: string
  let password: string

  beforeEach(async () => {
    server = await startSync()
    cache = mkdtempSync(join(tmpdir(), 'linbo-cache-'))
    password = (await readUploadPassword(server.dataDir)).password
  })
  afterEach(async () => {
    await server.stop()
    rmSync(cache, { recursive: true, force: true })
  })

  /** The command of linbo_upload. */
  const upload = (
    name: string,
    content: string | Uint8Array,
    target = `images/win/${name}`,
    options: {
      from?: string
      more?: string[]
      timeoutMs?: number
      killed?: Promise<unknown>
      password?: string
    } = {},
  ) => {
    writeFileSync(join(cache, name), content)
    const args = ['--skip-compress=/gz/qcow2', `--log-file=${cache}/rsync.log`, '--progress', '-Ha']
    return server.rsync(
      options.from ?? pc01,
      [
        ...args,
        '--chmod=ug=rw,o=r',
        '--partial',
        ...(options.more ?? []),
        join(cache, name),
        `linbo@::linbo-upload/${target}`,
      ],
      { password, ...options },
    )
  }
  const finished = (file: string, nth = 0) =>
    server
      .event(
        'transfer.started',
        (event) =>
          event.file === file &&
          event.direction === 'up' &&
          server.events
            .filter(
              (one) =>
                one.type === 'transfer.started' && one.direction === 'up' && one.file === file,
            )
            .indexOf(event) === nth,
      )
      .then((started) =>
        server.event('transfer.finished', (event) => event.transfer === started.transfer),
      )
  const live = (path: string) => join(server.root, path)

  it('publish an image with its sidecars', async () => {
    const content = image(2_000_000, 'a')
    expect(await upload('win.qcow2', content)).toMatchObject({ code: 0 })
    expect(
      await upload('win.qcow2.info', info('win.qcow2', 2_000_000, '202601011200')),
    ).toMatchObject({ code: 0 })
    expect(await upload('win.qcow2.desc', 'first')).toMatchObject({ code: 0 })
    expect(await finished('images/win/win.qcow2')).toMatchObject({
      result: 'ok',
      bytes: 2_000_000,
      reason: null,
    })
    expect(await finished('images/win/win.qcow2.info')).toMatchObject({
      result: 'ok',
      reason: null,
    })
    await finished('images/win/win.qcow2.desc')
    expect(readFileSync(live('images/win/win.qcow2')).equals(content)).toBe(true)
    expect(statSync(live('images/win/win.qcow2')).mode & 0o777).toBe(0o664)
    const published = await server.event('image.published')
    expect(published).toMatchObject({ image: 'win.qcow2', sizeBytes: 2_000_000, host: 'pc01' })
  })

  it('keep the version before, by the time in its info file, and its differential image', async () => {
    server.put('images/win/win.qcow2', image(1000, 'old'))
    server.put('images/win/win.qcow2.info', info('win.qcow2', 1000, '202512240815'))
    server.put('images/win/win.qdiff', image(500, 'diff'))
    server.put('images/win/win.qdiff.info', 'x')
    server.put('images/win/win.postsync', 'echo')
    expect((await upload('win.qcow2', image(3000, 'new'))).code).toBe(0)
    await server.event('image.published')
    const backup = live('images/win/backups/202512240815')
    expect(readdirSync(backup).sort()).toEqual([
      'win.postsync',
      'win.qcow2',
      'win.qcow2.info',
      'win.qdiff',
      'win.qdiff.info',
    ])
    expect(statSync(join(backup, 'win.qcow2')).size).toBe(1000)
    expect(statSync(live('images/win/win.qcow2')).size).toBe(3000)
    expect(existsSync(live('images/win/win.qdiff'))).toBe(false)
    expect(existsSync(live('images/win/win.postsync'))).toBe(true)
  })

  it('leave the good image alone when they break off, and go on later', async () => {
    const old = image(1000, 'old')
    server.put('images/win/win.qcow2', old)
    const big = image(60_000_000, 'new')
    const running = server.event('transfer.progress')
    const ran = await upload('win.qcow2', big, undefined, {
      more: ['--bwlimit=10m'],
      killed: running,
    })
    expect(ran.code).not.toBe(0)
    expect((await finished('images/win/win.qcow2')).result).toBe('aborted')
    expect(readFileSync(live('images/win/win.qcow2')).equals(old)).toBe(true)
    const partial = () =>
      readdirSync(live('.staging'), { recursive: true, encoding: 'utf8' }).find((path) =>
        /\d\/win\.qcow2$/.test(path),
      )
    await expect.poll(partial, { timeout: 30_000 }).toBeDefined()
    expect(statSync(live(`.staging/${partial()}`)).size).toBeLessThan(big.length)
    const got = await server.rsync(pc02, ['-L', '::linbo/images/win/win.qcow2', `${cache}/got`])
    expect(got.code).toBe(0)
    expect(readFileSync(join(cache, 'got')).equals(old)).toBe(true)

    const again = await upload('win.qcow2', big, undefined, { more: ['--stats'] })
    expect(again.code).toBe(0)
    expect(
      Number(/Matched data: ([\d,]+)/.exec(again.output)?.[1]?.replaceAll(',', '')),
    ).toBeGreaterThan(0)
    expect((await finished('images/win/win.qcow2', 1)).result).toBe('ok')
    expect(readFileSync(live('images/win/win.qcow2')).equals(big)).toBe(true)
    await expect.poll(() => readdirSync(live('.staging'))).toEqual([])
  })

  it('end with exit 5 and change nothing with a wrong password', async () => {
    const ran = await upload('win.qcow2', image(1000, 'x'), undefined, { password: 'wrong' })
    expect(ran.code).toBe(5)
    expect(ran.output).toContain('@ERROR: auth failed')
    expect(existsSync(live('images/win'))).toBe(false)
  })

  it.each([
    ['start.conf.win', 'images/<image>/'],
    ['linbofs64', 'images/<image>/'],
    ['linbocmd/pc01.cmd', 'images/<image>/'],
    ['images/win/other.qcow2', 'not a file of the image'],
    ['images/win/win.qcow2.macct', 'not a file of the image'],
    ['images/win/backups/202501010000/win.qcow2', 'images/<image>/'],
    ['images/wi.n/wi.n.qcow2', 'dots'],
    ['images/../../etc/cron.d/x', 'exactly one file'],
    ['images/win/', 'exactly one file'],
    ['', 'exactly one file'],
  ])('are refused %s, and told why', async (target, why) => {
    const ran = await upload('file', 'x', target)
    expect(ran.code).not.toBe(0)
    expect(ran.output).toContain('@ERROR')
    expect(ran.output).toContain(why)
    expect((await server.event('transfer.finished')).result).toBe('refused')
    expect(readdirSync(live('.staging'))).toEqual([])
  })

  it.each([
    ['--delete', '-r'],
    ['--inplace'],
    ['--append'],
    ['--remove-source-files'],
    ['--backup'],
    ['--partial-dir=x'],
    ['--temp-dir=/tmp'],
    ['-R'],
  ])('are refused the option %s', async (...more) => {
    server.put('images/win/win.qcow2', 'good')
    const ran = await upload('win.qcow2', image(1000, 'x'), undefined, { more })
    expect(ran.code).not.toBe(0)
    expect(ran.output).toContain('@ERROR')
    expect(readFileSync(live('images/win/win.qcow2'), 'utf8')).toBe('good')
  })

  it('do not publish what is no qcow2 image', async () => {
    server.put('images/win/win.qcow2', 'good')
    expect((await upload('win.qcow2', 'this is a text')).code).toBe(0)
    expect(await finished('images/win/win.qcow2')).toMatchObject({ result: 'failed' })
    expect(readFileSync(live('images/win/win.qcow2'), 'utf8')).toBe('good')
    await expect.poll(() => readdirSync(live('.staging'))).toEqual([])
  })

  it('publish neither a symbolic link nor a folder', async () => {
    symlinkSync('/etc/passwd', join(cache, 'win.desc'))
    mkdirSync(join(cache, 'folder'))
    for (const name of ['win.desc', 'folder/']) {
      await server.rsync(
        pc01,
        ['-a', join(cache, name), 'linbo@::linbo-upload/images/win/win.qcow2.desc'],
        { password },
      )
    }
    expect((await finished('images/win/win.qcow2.desc', 0)).result).toBe('failed')
    expect((await finished('images/win/win.qcow2.desc', 1)).result).toBe('failed')
    expect(existsSync(live('images/win/win.qcow2.desc'))).toBe(false)
    expect((await upload('win.qcow2.desc', 'text')).code).toBe(0)
    expect((await finished('images/win/win.qcow2.desc', 2)).result).toBe('ok')
  })

  it('are warned of in the result when info file and image do not fit', async () => {
    await upload('win.qcow2', image(2000, 'a'))
    await upload('win.qcow2.info', info('win.qcow2', 1999, '202601011200'))
    const result = await finished('images/win/win.qcow2.info')
    expect(result).toMatchObject({
      result: 'ok',
      reason: 'win.qcow2.info says 1999 bytes, win.qcow2 has 2000',
    })
  })

  it('transfer nothing in a trial run', async () => {
    expect(
      (await upload('win.qcow2', image(1000, 'x'), undefined, { more: ['--dry-run'] })).code,
    ).toBe(0)
    expect(existsSync(live('images/win/win.qcow2'))).toBe(false)
    expect(server.events.filter((event) => event.type.startsWith('transfer'))).toEqual([])
  })
})
