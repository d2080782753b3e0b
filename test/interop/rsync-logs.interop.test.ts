import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeKeyPair } from '@linbo/ssh'
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
  async function client(files: Record<string, string>, listen = pc01): Promise<number> {
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
    const files: Record<string, string> = {
      '/tmp/linbo.log': 'first\n',
      '/tmp/image.status': '1 applied\n',
      '/tmp/hwinfo.gz': 'gz1',
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
    expect(readFileSync(log('pc01_hwinfo.gz'), 'utf8')).toBe('gz1')

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

  it('are not asked for in a trial run, by unknown machines, or under other names', async () => {
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
    expect((await ask('/tmp/linbo.log', '127.77.9.9'))?.code).toBe(23)
    expect(existsSync(log(''))).toBe(false)
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
