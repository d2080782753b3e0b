import { readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { pc01, pc02, type SyncServer, startSync } from '../support/sync.ts'

requireTool('rsync')('the rsync gateway', () => {
  let server: SyncServer | undefined
  const start = async (settings: Record<string, string> = {}) => {
    server = await startSync(settings)
    server.put('start.conf.win', '[LINBO]\n')
    return server
  }
  afterEach(async () => {
    await server?.stop()
    server = undefined
  })
  const out = () => join(server?.dataDir ?? '', 'got')
  const fetch = (from = pc01) => server?.rsync(from, ['-L', '::linbo/start.conf.win', out()])

  /** Opens a connection, says something, and resolves with all that came until it was closed. */
  function talk(
    port: number,
    words: Uint8Array | string,
    options: { end?: boolean; from?: string } = {},
  ): Promise<string> {
    return new Promise((resolve) => {
      let heard = ''
      const socket: Socket = connect({
        port,
        host: '127.0.0.1',
        localAddress: options.from ?? pc02,
      })
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1')
      })
      socket.on('error', () => {})
      socket.on('connect', () => (options.end === false ? socket.write(words) : socket.end(words)))
      socket.on('close', () => resolve(heard))
    })
  }

  it('survives random bytes and random beginnings of a handshake', async () => {
    const { port } = await start()
    const beginnings = [
      '',
      '@RSYNCD: 31.0\n',
      '@RSYNCD: 31.0\nlinbo\n',
      '@RSYNCD: 29\nlinbo\n',
      '@RSYNCD: 31.0 md5\nlinbo-upload\n',
      '@RSYNCD: 31.0\nlinbo\n--server\0--sender\0-e.Lv\0.\0linbo/start.conf.win\0\0',
      '@RSYNCD: 31.0\n#early_input=99999\n',
      '@RSYNCD: 31.0\nlinbo\n--server\0--sender\0-s\0\0rsync\0.\0',
      '@RSYNCD: 99999999.9\n\0\n',
    ]
    const noise = fc.tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }))
    await fc.assert(
      fc.asyncProperty(noise, async ([beginning, bytes]) => {
        await talk(port, Buffer.concat([Buffer.from(beginning, 'latin1'), bytes]))
      }),
      { numRuns: 120, seed: 873 },
    )
    expect((await fetch())?.code).toBe(0)
  })

  it('ends connections whose lines or arguments are too long', async () => {
    const { port } = await start()
    await talk(port, Buffer.alloc(100_000, 'x'), { end: false })
    await talk(port, `@RSYNCD: 31.0\nlinbo\n${'--server\0'.repeat(2000)}`, { end: false })
    expect((await fetch())?.code).toBe(0)
  })

  it('ends connections that say nothing', async () => {
    const { port } = await start({ LINBO_RSYNC_HANDSHAKE_MS: '200' })
    expect(await talk(port, '', { end: false })).toMatch(/^@RSYNCD: \d+\.\d+/)
    expect(await talk(port, '@RSYNCD: 31.0\nlinbo\n', { end: false })).toContain('@RSYNCD: OK')
  })

  it('turns away more connections than the limits allow, in words', async () => {
    const { port, service } = await start({
      LINBO_RSYNC_CONNECTIONS: '3',
      LINBO_RSYNC_CONNECTIONS_PER_CLIENT: '2',
    })
    const held: Socket[] = []
    const hold = (from: string) =>
      new Promise<void>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', localAddress: from })
        socket.on('error', () => {})
        socket.once('data', () => resolve())
        held.push(socket)
      })
    await hold(pc01)
    await hold(pc01)
    expect((await fetch(pc01))?.output).toContain('@ERROR: max connections (2) reached')
    expect((await fetch(pc02))?.code).toBe(0)
    await expect.poll(() => service.health().facts?.connections).toBe(2)
    await hold(pc02)
    expect((await fetch('127.77.0.3'))?.output).toContain('@ERROR: max connections (3) reached')
    for (const socket of held) socket.destroy()
    await expect.poll(async () => (await fetch(pc01))?.code).toBe(0)
  })

  it('keeps the daemon to itself: on loopback, with passwords nobody else has', async () => {
    const { service, dataDir } = await start()
    const daemonPort = Number(service.health().facts?.daemonPort)
    const say = (module: string, from: string) =>
      talk(daemonPort, `PROXY TCP4 10.0.0.1 10.0.0.2 1000 873\r\n@RSYNCD: 31.0 md5\n${module}\n`, {
        from,
      })
    expect(await say('linbo', '127.0.0.1')).toContain('AUTHREQD')
    expect(await say('linbo-prepared', '127.0.0.1')).toContain('AUTHREQD')
    expect(await say('linbo', '127.0.0.1')).not.toContain('@RSYNCD: OK')
    expect(readFileSync(join(dataDir, 'sync/rsyncd.conf'), 'utf8')).toContain('use chroot')
  })

  it('brings a dead daemon back', async () => {
    const { service } = await start()
    const before = Number(service.health().facts?.daemonPid)
    process.kill(before, 'SIGKILL')
    await expect.poll(() => service.health().state).toBe('failed')
    await expect.poll(() => service.health().state, { timeout: 10_000 }).toBe('ok')
    expect(Number(service.health().facts?.daemonPid)).not.toBe(before)
    expect((await fetch())?.code).toBe(0)
  })

  it('leaves nothing behind when it stops in the middle of a transfer', async () => {
    const { service, put, rsync, event, port } = await start()
    put('images/big/big.qcow2', Buffer.alloc(100_000_000))
    const running = rsync(pc01, ['--bwlimit=5m', '::linbo/images/big/big.qcow2', out()])
    await event('transfer.progress')
    const pid = Number(service.health().facts?.daemonPid)
    await service.stop()
    expect((await running).code).not.toBe(0)
    expect(() => process.kill(pid, 0)).toThrow()
    expect(await talk(port, '')).toBe('')
    expect(service.health().state).toBe('stopped')
    await service.start()
    rmSync(out(), { force: true })
  })
})
