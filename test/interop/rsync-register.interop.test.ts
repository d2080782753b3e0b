import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findHost, listRegistrations } from '@linbo/db'
import { readUploadPassword } from '@linbo/ssh'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { type SyncServer, startSync } from '../support/sync.ts'

requireTool('rsync')('machines that introduce themselves', () => {
  let server: SyncServer
  let folder: string

  beforeEach(async () => {
    server = await startSync()
    folder = mkdtempSync(join(tmpdir(), 'linbo-cache-'))
  })
  afterEach(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The command of linbo_register. */
  const send = async (name: string, text: string) => {
    const file = join(folder, `${name}.new`)
    writeFileSync(file, text)
    const words = ['--progress', '-HaP', file, `linbo@::linbo-upload/${name}.new`]
    const { password } = await readUploadPassword(server.dataDir)
    const { code } = await server.rsync('127.77.9.9', words, { password })
    return code
  }
  /** What became of the upload of this name, the first one or a later one. */
  const finished = async (name: string, index = 0) => {
    const started = () =>
      server.events.filter(
        (event) => event.type === 'transfer.started' && event.file === `${name}.new`,
      )
    await expect.poll(() => started().length).toBeGreaterThan(index)
    const transfer = (started()[index] as { transfer: string }).transfer
    return server.event('transfer.finished', (event) => event.transfer === transfer)
  }
  const lastRegistered = () => join(server.root, 'last_registered')
  const row = 'r2;pc99;lab;02:00:00:00:00:99;10.0.0.99;;;;classroom-studentcomputer;;1\n'

  it('wait to be approved; who comes again changes what waits', async () => {
    const { db } = server.database
    expect(await send('pc99', row)).toBe(0)
    expect(await finished('pc99')).toMatchObject({ result: 'ok' })
    const [waiting] = await listRegistrations(db)
    expect(waiting).toMatchObject({
      ...{ state: 'pending', hostname: 'pc99', mac: '02:00:00:00:00:99', ip: '10.0.0.99' },
      ...{ group: 'lab', room: 'r2', pxe: 1, from_ip: '127.77.9.9', raw: row.trim() },
    })
    expect(await server.event('registration.created')).toMatchObject({
      registration: waiting?.id,
      state: 'pending',
    })
    expect(await findHost(db, 'pc99')).toBeUndefined()
    expect(readFileSync(lastRegistered(), 'utf8')).toBe(row)

    const changed = row.replace('10.0.0.99', 'DHCP')
    expect(await send('pc99', changed)).toBe(0)
    expect((await finished('pc99', 1)).reason).toContain('waits to be approved')
    expect(await listRegistrations(db)).toMatchObject([{ id: waiting?.id, ip: null, times: 2 }])
    expect(readFileSync(lastRegistered(), 'utf8')).toBe(changed)
  })

  it('leave nothing but their line in last_registered', async () => {
    expect(await send('pc99', `# by hand\r\n${row}`)).toBe(0)
    await finished('pc99')
    expect(readFileSync(lastRegistered(), 'utf8')).toBe(row)
  })

  it('are only noted when they are hosts already, whatever case they write in', async () => {
    const before = await listRegistrations(server.database.db, { state: 'pending' })
    const same = 'R1;PC01;Win;02-00-00-00-00-01;127.77.0.1;;;;;;1\n'
    expect(await send('pc01', same)).toBe(0)
    expect((await finished('pc01')).reason).toBe('pc01 is registered already')
    const [noted] = await listRegistrations(server.database.db, { state: 'duplicate' })
    expect(noted).toMatchObject({ hostname: 'pc01', reason: expect.stringContaining('already') })
    expect(await listRegistrations(server.database.db, { state: 'pending' })).toEqual(before)
    expect(existsSync(lastRegistered())).toBe(false)
  })

  it('are refused when it is no introduction', async () => {
    expect(await send('pc98', 'nonsense')).toBe(0)
    expect(await finished('pc98')).toMatchObject({ result: 'failed' })
    await send('pc96', 'r2;pc97;lab;02:00:00:00:00:97;DHCP;;;;;;1\n')
    expect((await finished('pc96')).reason).toContain('it is about pc97')
    await send('pc95', 'x'.repeat(5000))
    expect((await finished('pc95')).reason).toContain('too long')
    expect(existsSync(lastRegistered())).toBe(false)
  })
})
