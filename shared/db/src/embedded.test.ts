import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeDatabaseContract } from './contract.ts'
import { lockDirectory } from './directory.ts'
import { findHost, openDatabase, saveHost } from './index.ts'

describeDatabaseContract('embedded', () => openDatabase({ url: undefined, dataDir: 'memory' }))

describe('the data directory', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'linbo-db-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('keeps its rows over a restart, and refuses a second process meanwhile', async () => {
    const dataDir = join(directory, 'kept')
    const first = await openDatabase({ url: undefined, dataDir })
    await saveHost(first.db, {
      hostname: 'pc01',
      mac: '52:54:00:00:00:01',
      group: 'lab',
      room: 'r1',
    })
    await expect(openDatabase({ url: undefined, dataDir })).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    })
    await first.close()
    const second = await openDatabase({ url: undefined, dataDir })
    expect(await findHost(second.db, 'pc01')).toMatchObject({ room: 'r1' })
    await second.close()
  })

  it('lets nobody else look into the database, also into one that was open', async () => {
    const dataDir = join(directory, 'private')
    const mode = async () => (await stat(join(dataDir, 'pg'))).mode & 0o777
    await (await openDatabase({ url: undefined, dataDir })).close()
    expect(await mode()).toBe(0o700)
    await chmod(join(dataDir, 'pg'), 0o755)
    await (await openDatabase({ url: undefined, dataDir })).close()
    expect(await mode()).toBe(0o700)
  })

  it('is free again after kill -9', async () => {
    const dataDir = join(directory, 'killed')
    const script = `
      import { lockDirectory } from '${join(import.meta.dirname, 'directory.ts')}'
      await lockDirectory(process.argv[1])
      console.log('locked')
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir])
    await new Promise((resolve) => owner.stdout.once('data', resolve))
    await expect(lockDirectory(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' })
    const gone = new Promise((resolve) => owner.once('exit', resolve))
    owner.kill('SIGKILL')
    await gone
    const lock = await lockDirectory(dataDir)
    await lock.release()
  })

  it('may have a long path', async () => {
    const lock = await lockDirectory(join(directory, 'x'.repeat(150)))
    await lock.release()
  })

  it('goes to exactly one of several that find a dead owner', async () => {
    const dataDir = join(directory, 'raced')
    const script = `
      import { lockDirectory } from '${join(import.meta.dirname, 'directory.ts')}'
      const outcome = await lockDirectory(process.argv[1]).then(() => 'got', (error) => error.code)
      console.log(outcome)
      setInterval(() => {}, 1000)`
    const starters = () =>
      [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', script, dataDir]))
    const answer = (child: ReturnType<typeof spawn>) =>
      new Promise<string>((resolve) =>
        child.stdout?.once('data', (text) => resolve(String(text).trim())),
      )
    for (let round = 0; round < 2; round++) {
      const children = starters()
      const outcomes = await Promise.all(children.map(answer))
      expect(outcomes.filter((outcome) => outcome === 'got')).toHaveLength(1)
      const exits = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(exits)
    }
  })

  it('names the directory when it cannot be written', async () => {
    const file = join(directory, 'a-file')
    await writeFile(file, '')
    await expect(lockDirectory(join(file, 'data'))).rejects.toMatchObject({
      code: 'DATA_DIR_UNWRITABLE',
      message: expect.stringContaining(file),
    })
  })

  it('is no choice for a service that runs alone', async () => {
    const alone = openDatabase({ url: undefined, dataDir: directory, shared: true })
    await expect(alone).rejects.toMatchObject({ code: 'DB_REQUIRED' })
  })
})
