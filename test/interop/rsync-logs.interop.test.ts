import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  findLogFacts,
  forgetKey,
  listHardware,
  listImageUses,
  listMissingFirmware,
  saveUnknownMachines,
} from '@linbo/db'
import { makeKeyPair, readUploadPassword } from '@linbo/ssh'
import ssh2 from 'ssh2'
import { afterEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { pc01, pc02, type SyncServer, startSync } from '../support/sync.ts'

requireTool('rsync')('files that clients announce', () => {
  let server: SyncServer | undefined
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    await server?.stop()
    server = undefined
    for (const close of closing.splice(0)) await close()
  })

  /** dropbear on a LINBO client, with these files. It answers `cat` and nothing else. */
  async function client(files: Record<string, string | Buffer>, listen = pc01): Promise<number> {
    const hostKey = makeKeyPair().privateKey
    const open = new Set<ssh2.Connection>()
    const sshd = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
      open.add(connection)
      connection.on('error', () => {})
      connection.on('close', () => open.delete(connection))
      connection.on('authentication', (asked) =>
        asked.method === 'publickey' ? asked.accept() : asked.reject(),
      )
      connection.on('session', (accept) =>
        accept().on('exec', (run, _reject, { command }) => {
          const channel = run()
          const content = files[command.replace(/^cat /, '')]
          if (content !== undefined) channel.write(content)
          channel.exit(content === undefined ? 1 : 0)
          channel.end()
        }),
      )
    })
    await new Promise<void>((resolve) => sshd.listen(0, listen, resolve))
    closing.push(() => {
      for (const connection of open) connection.end()
      return new Promise((resolve) => sshd.close(resolve))
    })
    const address = sshd.address()
    return typeof address === 'object' && address ? address.port : 0
  }
  const ask = (path: string, from = pc01) =>
    server?.rsync(from, [`::linbo/${path}`, `${server.dataDir}/dummy`])
  const log = (name: string) => join(server?.dataDir ?? '', 'logs', name)

  it('are fetched over SSH before the answer "no such file"', async () => {
    const files: Record<string, string | Buffer> = {
      '/tmp/linbo.log': 'first\n',
      '/tmp/image.status': '1 applied\n',
      '/tmp/hwinfo.gz': gzipSync('gz1'),
    }
    server = await startSync({ LINBO_CLIENT_SSH_PORT: String(await client(files)) })
    const ran = await ask('/tmp/linbo.log')
    expect(ran?.code).toBe(23)
    expect(ran?.output).toContain('link_stat')
    expect(readFileSync(log('pc01_linbo.log'), 'utf8')).toBe('first\n')
    expect(statSync(log('pc01_linbo.log')).mode & 0o777).toBe(0o640)

    files['/tmp/linbo.log'] = 'second\n'
    files['/tmp/image.status'] = '2 applied\n'
    expect((await ask('/tmp/linbo.log'))?.code).toBe(23)
    expect((await ask('/tmp/image.status'))?.code).toBe(23)
    expect((await ask('tmp/hwinfo.gz'))?.code).toBe(23)
    expect(readFileSync(log('pc01_linbo.log'), 'utf8')).toBe('first\nsecond\n')
    expect(readFileSync(log('pc01_image.status'), 'utf8')).toBe('2 applied\n')
    expect(gunzipSync(readFileSync(log('pc01_hwinfo.gz'))).toString()).toBe('gz1')

    const steps = server.events
      .filter((event) => event.type === 'boot.step')
      .map((event) => event.step)
    expect(steps).toEqual(['ready', 'log', 'log', 'log', 'log'])
    server.put('start.conf.win', '[LINBO]\n')
    await ask('start.conf.win')
    await server.event('boot.step', (event) => event.step === 'start-conf')
    await ask('/tmp/linbo.log')
    const later = server.events
      .filter((event) => event.type === 'boot.step')
      .map((event) => event.step)
    expect(later.slice(5)).toEqual(['start-conf', 'ready', 'log'])
  })

  it('are not asked for in a trial run, or under other names', async () => {
    server = await startSync({
      LINBO_CLIENT_SSH_PORT: String(await client({ '/tmp/linbo.log': 'x' }, '0.0.0.0')),
    })
    for (const path of [
      '/tmp/linbo.log.txt',
      '/tmp/a/b.log',
      '/tmp/.hidden.log',
      '/tmp/$(reboot).log',
      'tmp/*.log',
    ])
      expect((await ask(path))?.code).toBe(23)
    expect((await server.rsync(pc01, ['-n', '::linbo//tmp/linbo.log', 'x']))?.code).toBe(23)
    expect(existsSync(log(''))).toBe(false)
  })

  it('tell what a host is made of, what it has, and what went wrong, without its passwords', async () => {
    const list = [
      '----- kernel log -----',
      '  <4>[ 2.1] r8169 0000:02:00.0: Direct firmware load for rtl_nic/a.fw failed with error -2',
      '----- kernel log end -----',
      '23: None 00.0: 10103 CPU',
      '  Hardware Class: cpu',
      '  Model: 6.1.2 "A Core"',
      '',
    ]
    const files: Record<string, string | Buffer> = {
      '/tmp/hwinfo.gz': gzipSync(list.join('\n')),
      '/tmp/image.status': '202611210800 applied: win11.qcow2 "202611010000"\n',
    }
    server = await startSync({ LINBO_CLIENT_SSH_PORT: String(await client(files)) })
    await forgetKey(server.database.db, 'pc01')
    const { password } = await readUploadPassword(server.dataDir)
    files['/tmp/linbo.log'] =
      `### 20261121-080000 linbo_wrapper linbo:typed sync:1 ###\nLINBO 7.4.11-0: x\nError: ${password} is wrong\n`
    for (const name of ['hwinfo.gz', 'image.status', 'linbo.log']) await ask(`/tmp/${name}`)
    const { db } = server.database
    expect(await listHardware(db, ['02:00:00:00:00:01'])).toMatchObject([
      { facts: { cpu: { model: 'A Core' } } },
    ])
    expect(await listImageUses(db, { hostname: 'pc01' })).toMatchObject([
      { image: 'win11.qcow2', kind: 'applied', version: '202611010000' },
    ])
    expect(await findLogFacts(db, 'pc01')).toMatchObject({
      linbo_version: '7.4.11-0',
      errors: [{ time: '20261121-080000', text: 'Error: *** is wrong' }],
    })
    expect(await listMissingFirmware(db)).toMatchObject([{ name: 'rtl_nic/a.fw', hosts: ['pc01'] }])
    const kept = readFileSync(log('pc01_linbo.log'), 'utf8')
    expect(kept).toContain('linbo:*** sync:1')
    expect(kept).not.toContain(password)
  })

  it('of machines that are no hosts are kept by MAC, else by address, and no key is pinned', async () => {
    const port = await client({ '/tmp/linbo.log': 'stranger\n' }, '0.0.0.0')
    server = await startSync({ LINBO_CLIENT_SSH_PORT: String(port) })
    const now = new Date()
    await saveUnknownMachines(server.database.db, [
      {
        ...{ mac: '02:00:00:00:00:aa', ip: '127.77.9.8', firmware: 'bios', boots: 1 },
        ...{ first_at: now, last_at: now, step: null, ok: null, detail: null },
      },
    ])
    expect((await ask('/tmp/linbo.log', '127.77.9.8'))?.code).toBe(23)
    expect((await ask('/tmp/linbo.log', '127.77.9.9'))?.code).toBe(23)
    const folder = log('unknown')
    expect(readdirSync(folder).sort()).toEqual([
      '02-00-00-00-00-aa_linbo.log',
      '127.77.9.9_linbo.log',
    ])
    expect(statSync(folder).mode & 0o777).toBe(0o750)
    expect(statSync(join(folder, '127.77.9.9_linbo.log')).mode & 0o777).toBe(0o640)
    const pinned = await server.database.db.selectFrom('known_keys').selectAll().execute()
    expect(pinned.map((key) => key.hostname)).not.toContain('127.77.9.9')
  })

  it('are given up quickly while SSH is not up, and no other client waits', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}).resume())
    await new Promise<void>((resolve) => silent.listen(0, pc01, resolve))
    closing.push(() => new Promise((resolve) => silent.close(resolve)))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    server = await startSync({
      LINBO_CLIENT_SSH_PORT: String(port),
      LINBO_RSYNC_LOG_CONNECT_MS: '2000',
      LINBO_RSYNC_LOG_FETCH_MS: '3000',
    })
    const order: string[] = []
    const slow = ask('/tmp/linbo.log')?.then((ran) => order.push(`pc01 ${ran.code}`))
    const refused = ask('/tmp/linbo.log', pc02)?.then((ran) => order.push(`pc02 ${ran.code}`))
    await Promise.all([slow, refused])
    expect(order).toEqual(['pc02 23', 'pc01 23'])
    expect(server.events.filter((event) => event.type === 'boot.step')).toEqual([])
  })

  it('are refused when they are too long', async () => {
    const port = await client({ '/tmp/linbo.log': 'x'.repeat(5000) })
    server = await startSync({ LINBO_CLIENT_SSH_PORT: String(port), LINBO_RSYNC_LOG_KB: '1' })
    expect((await ask('/tmp/linbo.log'))?.code).toBe(23)
    expect(existsSync(log('pc01_linbo.log'))).toBe(false)
  })
})
