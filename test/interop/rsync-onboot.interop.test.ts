import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { pc01, pc02, type SyncServer, startSync } from '../support/sync.ts'

requireTool('rsync')('onboot files', () => {
  let server: SyncServer
  let out: string
  let job: string

  beforeEach(async () => {
    server = await startSync()
    out = mkdtempSync(join(tmpdir(), 'linbo-out-'))
    job = server.put('linbocmd/pc01.cmd', 'sync:1,start:1')
  })
  afterEach(async () => {
    await server.stop()
    rmSync(out, { recursive: true, force: true })
  })
  const ask = (from: string, name: string, ...options: string[]) =>
    server.rsync(from, ['-L', ...options, `::linbo/linbocmd/${name}.cmd`, `${out}/linbocmd`])

  it('are delivered once to their own host and then used up', async () => {
    expect((await ask(pc01, 'pc01')).code).toBe(0)
    expect(readFileSync(join(out, 'linbocmd'), 'utf8')).toBe('sync:1,start:1')
    const step = await server.event('boot.step', (event) => event.step === 'onboot')
    expect(step).toMatchObject({ host: 'pc01', detail: 'linbocmd/pc01.cmd' })
    expect((await ask(pc01, 'pc01')).code).toBe(23)
    expect(existsSync(job)).toBe(false)
  })

  it('by address are for that address only', async () => {
    const byAddress = server.put(`linbocmd/${pc02}.cmd`, 'reboot')
    expect((await ask(pc01, pc02)).code).toBe(23)
    expect(existsSync(byAddress)).toBe(true)
    expect((await ask(pc02, pc02)).code).toBe(0)
  })

  it('are "no such file" for everybody else, and stay', async () => {
    for (const from of [pc02, '127.77.9.9']) {
      const ran = await ask(from, 'pc01')
      expect(ran.code).toBe(23)
      expect(ran.output).toContain('link_stat')
    }
    expect(existsSync(job)).toBe(true)
  })

  it('survive a trial run, a listing and a wrong name', async () => {
    expect((await ask(pc01, 'pc01', '--dry-run')).code).toBe(0)
    expect((await ask(pc01, 'pc01', '--list-only')).code).toBe(0)
    expect((await server.rsync(pc01, ['-r', '::linbo/linbocmd/'])).output).not.toContain('pc01')
    expect((await ask(pc01, 'pc02')).code).toBe(23)
    expect(existsSync(job)).toBe(true)
    expect((await ask(pc01, 'pc01')).code).toBe(0)
  })

  it('survive a client that hangs up at any moment', async () => {
    const args = ['--server', '--sender', '-Le.LsfxCIvu', '.', 'linbo/linbocmd/pc01.cmd', '']
    const words = ['@RSYNCD: 31.0 sha512 md5\n', 'linbo\n', args.map((arg) => `${arg}\0`).join('')]
    for (let count = 0; count <= words.length; count++) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: pc01 })
        socket.on('error', () => {})
        socket.on('connect', () => socket.write(words.slice(0, count).join('')))
        // Greeting, consent, and with all words said the first binary answer of the daemon.
        let answers = 0
        socket.on('data', () => ++answers >= Math.max(count, 1) && socket.destroy())
        socket.on('close', () => resolve())
      })
      expect(existsSync(job)).toBe(true)
    }
    expect((await ask(pc01, 'pc01')).code).toBe(0)
    expect((await ask(pc01, 'pc01')).code).toBe(23)
  })

  it('go to one of two requests at the same time', async () => {
    const runs = await Promise.all([ask(pc01, 'pc01'), ask(pc01, 'pc01'), ask(pc01, 'pc01')])
    expect(runs.map((ran) => ran.code).sort()).toEqual([0, 23, 23])
  })

  it('written anew during a delivery are kept for the next one', async () => {
    const fresh = server.bus.subscribe((event) => {
      if (event.type === 'transfer.started') server.put('linbocmd/pc01.cmd', 'format:1,sync:1')
    })
    expect((await ask(pc01, 'pc01')).code).toBe(0)
    await (await fresh).close()
    expect((await ask(pc01, 'pc01')).code).toBe(0)
    expect(readFileSync(join(out, 'linbocmd'), 'utf8')).toBe('format:1,sync:1')
  })
})
