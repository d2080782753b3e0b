import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { pc01, pc02, type SyncServer, startSync } from '../support/sync.ts'

const skip =
  '--skip-compress=/7z/arc/arj/bz2/cab/cloop/deb/gz/gpg/iso/jar/jp2/jpg/jpeg/lz/lz4/lzma/lzo/png/qcow2/qdiff/qt/rar/rzip/s7z/sfx/svgz/tbz/tgz/tlz/txz/xz/z/zip/zst'

requireTool('rsync')('rsync clients that download', () => {
  let server: SyncServer
  let out: string

  beforeAll(async () => {
    server = await startSync()
    server.put(
      'start.conf.win',
      '[LINBO]\nGroup = win\nKernelOptions = quiet acpi=off\n[OS]\nName = W\n',
    )
    server.put('linbofs64.md5', `${'0'.repeat(32)}\n`)
    server.put('images/win/win.qcow2', Buffer.alloc(3_000_000, 'linbo'))
    server.put('images/win/win.qcow2.macct', 'secret')
    server.put('boot/grub/win.cfg', 'menu')
    server.put('boot/grub/themes/linbo/theme.txt', 'theme')
    server.put('boot/grub/hostcfg/other.cfg', 'x')
    server.put('.secret', 'secret')
    server.put('log/pc01.log', 'secret')
    server.put('linbocmd/pc02.cmd', 'secret')
    symlinkSync('../win.cfg', join(server.root, 'boot/grub/hostcfg/pc01.cfg'))
    symlinkSync('/etc/passwd', join(server.root, 'passwd'))
    symlinkSync('/etc', join(server.root, 'etc'))
    symlinkSync('../../../../../../../../etc', join(server.root, 'up'))
  })
  afterAll(() => server?.stop())
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'linbo-out-'))
    return () => rmSync(out, { recursive: true, force: true })
  })
  const got = (name: string) => readFileSync(join(out, name), 'utf8')

  it('get start.conf the way init.sh asks, and the boot step is told', async () => {
    const ran = await server.rsync(pc01, ['-vL', '::linbo/start.conf.win', `${out}/start.conf`])
    expect(ran).toMatchObject({ code: 0 })
    expect(got('start.conf')).toContain('Group = win')
    const step = await server.event('boot.step', (event) => event.step === 'start-conf')
    expect(step).toMatchObject({ host: 'pc01', mac: '02:00:00:00:00:01', ip: pc01, ok: true })
    expect(await server.event('host.seen')).toMatchObject({ host: 'pc01', by: 'rsync' })
  })

  it('get an image the way linbo_download asks, and see it as a transfer', async () => {
    const ran = await server.rsync(pc01, [
      skip,
      '-HaLz',
      '--partial',
      '--progress',
      '::linbo/images/win/win.qcow2',
      `${out}/win.qcow2`,
    ])
    expect(ran).toMatchObject({ code: 0 })
    expect(readFileSync(join(out, 'win.qcow2')).length).toBe(3_000_000)
    const started = await server.event('transfer.started', (event) => event.file.endsWith('.qcow2'))
    expect(started).toMatchObject({
      via: 'rsync',
      direction: 'down',
      host: 'pc01',
      sizeBytes: 3_000_000,
    })
    const finished = await server.event(
      'transfer.finished',
      (event) => event.transfer === started.transfer,
    )
    expect(finished).toMatchObject({ result: 'ok', bytes: 3_000_000, reason: null })
  })

  it('get folders with -a --delete', async () => {
    writeFileSync(join(out, 'old'), 'x')
    const ran = await server.rsync(pc01, [
      skip,
      '-a',
      '--delete',
      '::linbo/boot/grub/themes/',
      `${out}/`,
    ])
    expect(ran).toMatchObject({ code: 0 })
    expect(readdirSync(out)).toEqual(['linbo'])
    await server.event('transfer.started', (event) => event.file === 'boot/grub/themes/')
  })

  it('test for a file with --dry-run, which is no transfer', async () => {
    const before = server.events.length
    const args = [skip, '-HaLz', '--partial', '--progress', '--dry-run']
    expect((await server.rsync(pc01, [...args, '::linbo/linbofs64.md5', `${out}/x`])).code).toBe(0)
    expect((await server.rsync(pc01, [...args, '::linbo/gui/none', `${out}/x`])).code).toBe(23)
    expect(existsSync(join(out, 'x'))).toBe(false)
    const types = server.events.slice(before).map((event) => event.type)
    expect(types.filter((type) => type === 'transfer.started')).toEqual([])
  })

  it('end with code 23 and link_stat for a file that is not there', async () => {
    const ran = await server.rsync(pc01, [skip, '-L', '::linbo/multicast.list', out])
    expect(ran.code).toBe(23)
    expect(ran.output).toMatch(/link_stat .*failed: No such file or directory/)
  })

  it('see both modules in the list', async () => {
    const ran = await server.rsync(pc01, ['::'])
    expect(ran.code).toBe(0)
    expect(ran.output).toMatch(/^linbo\s/m)
    expect(ran.output).toMatch(/^linbo-upload\s/m)
    expect(ran.output).not.toContain('prepared')
    expect((await server.rsync(pc01, ['::linbo-prepared/'])).code).toBe(5)
  })

  it('follow links that stay inside', async () => {
    const ran = await server.rsync(pc01, ['-L', '::linbo/boot/grub/hostcfg/pc01.cfg', out])
    expect(ran.code).toBe(0)
    expect(got('pc01.cfg')).toBe('menu')
  })

  it.each([
    'passwd',
    'etc/passwd',
    'up/passwd',
    '../../../etc/passwd',
    'images/../../../../etc/passwd',
  ])('get nothing from outside through %s', async (path) => {
    const ran = await server.rsync(pc01, ['-L', `::linbo/${path}`, `${out}/stolen`])
    expect(ran.code).not.toBe(0)
    expect(existsSync(join(out, 'stolen'))).toBe(false)
  })

  it.each([
    '.secret',
    'log/pc01.log',
    'linbocmd/pc02.cmd',
    'images/win/win.qcow2.macct',
    '.staging/',
  ])('do not get the secret %s', async (path) => {
    const ran = await server.rsync(pc01, ['-rL', `::linbo/${path}`, out])
    expect(ran.code).toBe(23)
    expect(readdirSync(out)).toEqual([])
  })

  it('read folders without a single secret or outside file', async () => {
    for (const folder of ['images', 'boot']) {
      await server.rsync(pc02, ['-aL', `::linbo/${folder}`, out])
    }
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
    expect(files).toContain('images/win/win.qcow2')
    expect(files.filter((file) => /secret|macct|\.cmd|log\/|passwd|staging/.test(file))).toEqual([])
    const listed = await server.rsync(pc02, ['-r', '::linbo/linbocmd/'])
    expect(listed.output).not.toContain('.cmd')
  })

  it.each(['', '.', '*', 'start.conf.*', 'images/..'])(
    'are not told what there is when they ask for %j',
    async (path) => {
      const ran = await server.rsync(pc02, ['-aL', `::linbo/${path}`, out])
      expect(ran.code).not.toBe(0)
      expect(ran.output).toContain('not given out')
      expect(readdirSync(out)).toEqual([])
    },
  )

  it('see what lies at the top, and nothing private there', async () => {
    const ran = await server.rsync(pc02, ['::linbo/'])
    expect(ran.code).toBe(0)
    expect(ran.output).toMatch(/ start\.conf\.win$/m)
    expect(ran.output).not.toMatch(/ \.\S+$|\.cmd|secret/m)
  })

  it("get GRUB's local configuration, made for the request and gone afterwards", async () => {
    const ran = await server.rsync(pc01, [
      skip,
      '-HaLz',
      '--partial',
      '--progress',
      '::linbo/boot/grub/spool/pc01.win.grub.cfg',
      `${out}/grub.cfg`,
    ])
    expect(ran).toMatchObject({ code: 0 })
    expect(got('grub.cfg')).toMatch(/quiet acpi=off.*localboot/)
    expect(readdirSync(join(server.root, 'boot/grub/spool'))).toEqual([])
    const none = await server.rsync(pc01, ['::linbo/boot/grub/spool/pc01.none.grub.cfg', out])
    expect(none.code).toBe(23)
    await server.event('transfer.finished', (event) => event.result === 'ok')
    expect(readdirSync(join(server.dataDir, 'sync/prepared'))).toEqual([])
  })

  it('cannot write to the module linbo', async () => {
    writeFileSync(join(out, 'x'), 'x')
    const ran = await server.rsync(pc01, [join(out, 'x'), '::linbo/x'])
    expect(ran.code).not.toBe(0)
    expect(ran.output).toContain('@ERROR')
    expect(existsSync(join(server.root, 'x'))).toBe(false)
    const removing = await server.rsync(pc01, [
      '--remove-source-files',
      '::linbo/linbofs64.md5',
      out,
    ])
    expect(removing.output).toContain('--remove-source-files')
    expect(existsSync(join(server.root, 'linbofs64.md5'))).toBe(true)
  })

  it('may send their arguments secluded, several at once, or from older protocols', async () => {
    expect((await server.rsync(pc01, ['-s', '::linbo/start.conf.win', out])).code).toBe(0)
    expect((await server.rsync(pc01, ['--protocol=29', '::linbo/linbofs64.md5', out])).code).toBe(0)
    expect(
      (await server.rsync(pc01, ['--protocol=30', '-L', '::linbo/boot/grub/hostcfg/pc01.cfg', out]))
        .code,
    ).toBe(0)
    const two = await server.rsync(pc01, [
      '::linbo/start.conf.win',
      '::linbo/boot/grub/win.cfg',
      out,
    ])
    expect(two.code).toBe(0)
    expect(got('win.cfg')).toBe('menu')
  })

  it('are served 32 at a time', async () => {
    const runs = Array.from({ length: 32 }, (_, index) =>
      server.rsync(`127.77.1.${index + 1}`, [
        '-L',
        '::linbo/images/win/win.qcow2',
        `${out}/${index}`,
      ]),
    )
    expect((await Promise.all(runs)).map((ran) => ran.code)).toEqual(Array(32).fill(0))
    expect(readFileSync(join(out, '31')).length).toBe(3_000_000)
  })

  it('are told as aborted when they break off', async () => {
    const size = 200_000_000
    server.put('images/big/big.qcow2', Buffer.alloc(size))
    mkdirSync(join(out, 'half'))
    const ran = await server.rsync(pc02, ['--bwlimit=20m', '::linbo/images/big/big.qcow2', out], {
      timeoutMs: 700,
    })
    expect(ran.code).not.toBe(0)
    const started = await server.event(
      'transfer.started',
      (event) => event.file === 'images/big/big.qcow2',
    )
    const mine = (event: { transfer: string }) => event.transfer === started.transfer
    const finished = await server.event('transfer.finished', mine)
    expect(finished).toMatchObject({ result: 'aborted' })
    expect(finished.bytes).toBeLessThan(size)
    const progress = server.events.filter(
      (event) => event.type === 'transfer.progress' && mine(event),
    )
    expect(progress.length).toBeGreaterThan(0)
    expect(progress.length).toBeLessThanOrEqual(4)
  })
})
