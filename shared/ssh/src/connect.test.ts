import { type Database, findKnownKey, forgetKey, openDatabase, pinKey } from '@linbo/db'
import type { LinboError } from '@linbo/runtime'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectOptions, connectClient, type SshConnection } from './connect.ts'
import { type FakeClient, type FakeCommand, makeHostKey, startFakeClient } from './fake-client.ts'
import { makeKeyPair } from './key.ts'

const { privateKey } = makeKeyPair()
let database: Database
let machine: FakeClient
let connection: SshConnection | undefined
let onCommand: (command: FakeCommand) => void = () => {}
let next = 0
let hostname = ''

beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
})
afterAll(() => database.close())
afterEach(async () => {
  connection?.close()
  connection = undefined
  await machine?.close()
})

async function start(options: { authorizedKey?: string; hostKey?: string; port?: number } = {}) {
  machine = await startFakeClient({ ...options, onCommand: (command) => onCommand(command) })
}

async function connect(options: Partial<ConnectOptions> = {}): Promise<SshConnection> {
  hostname = options.hostname ?? `pc${++next}`
  connection = await connectClient({
    hostname,
    ip: '127.0.0.1',
    port: machine.port,
    privateKey,
    db: database.db,
    timeoutMs: 5000,
    ...options,
  })
  return connection
}

function failure(attempt: Promise<unknown>): Promise<LinboError> {
  return attempt.then(
    () => expect.unreachable('it connected'),
    (error) => error,
  )
}

describe('connectClient', () => {
  it('pins the host key it sees first and connects again with the same key', async () => {
    await start()
    await connect({ hostname: 'pinned' })
    expect(await findKnownKey(database.db, 'pinned')).toBe(machine.fingerprint)
    connection?.close()
    await connect({ hostname: 'pinned' })
  })

  it('refuses another host key, names both, and says how to forget the old one', async () => {
    await start({ hostKey: makeHostKey() })
    await pinKey(database.db, 'changed', 'SHA256:before')
    const error = await failure(connect({ hostname: 'changed' }))
    expect(error.code).toBe('SSH_HOST_KEY')
    expect(error.message).toContain('SHA256:before')
    expect(error.message).toContain(machine.fingerprint)
    expect(error.fix).toContain('linbo host forget-key changed')
    await forgetKey(database.db, 'changed')
    await connect({ hostname: 'changed' })
  })

  it('accepts a key we gave clients ourselves, whatever is pinned, and pins nothing', async () => {
    await start({ hostKey: makeHostKey() })
    const ownKeys = new Set([machine.fingerprint])
    await connect({ hostname: 'ours', ownKeys })
    expect(await findKnownKey(database.db, 'ours')).toBeUndefined()
    connection?.close()
    await pinKey(database.db, 'renewed', 'SHA256:before')
    await connect({ hostname: 'renewed', ownKeys })
    expect(await findKnownKey(database.db, 'renewed')).toBe('SHA256:before')
    connection?.close()
    const error = await failure(connect({ hostname: 'renewed', ownKeys: new Set(['SHA256:x']) }))
    expect(error.code).toBe('SSH_HOST_KEY')
  })

  it('says that our key is not accepted, and pins nothing then', async () => {
    await start({ authorizedKey: makeKeyPair().publicKey })
    const error = await failure(connect({ hostname: 'stranger' }))
    expect(error.code).toBe('SSH_REFUSED')
    expect(error.fix).toContain('authorized_keys')
    expect(await findKnownKey(database.db, 'stranger')).toBeUndefined()
    await expect.poll(() => machine.connections()).toBe(0)
  })

  it('says that nobody answers on the port', async () => {
    await start()
    const { port } = machine
    await machine.close()
    const error = await failure(connect({ hostname: 'off', port }))
    expect(error.code).toBe('SSH_UNREACHABLE')
    expect(error.message).toBe(`off (127.0.0.1) does not answer on port ${port}`)
  })

  it('gives up on a port that takes the connection and says nothing', async () => {
    const { createServer } = await import('node:net')
    const mute = createServer((socket) => socket.resume())
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as { port: number }
    await start()
    const error = await failure(connect({ port, timeoutMs: 100 }))
    expect(error.code).toBe('SSH_UNREACHABLE')
    await new Promise((resolve) => mute.close(resolve))
  })

  it('gives up at once when it is told to', async () => {
    const { createServer } = await import('node:net')
    const mute = createServer((socket) => socket.resume())
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as { port: number }
    await start()
    const abort = new AbortController()
    mute.once('connection', () => abort.abort())
    const error = await failure(connect({ port, timeoutMs: 60_000, signal: abort.signal }))
    expect(error.code).toBe('SSH_UNREACHABLE')
    await new Promise((resolve) => mute.close(resolve))
  })

  it('lets only one of two first connections pin when they see different keys', async () => {
    await start()
    const other = await startFakeClient({ onCommand: () => {} })
    const attempts = await Promise.allSettled(
      [machine.port, other.port].map((port) =>
        connectClient({
          hostname: 'twice',
          ip: '127.0.0.1',
          port,
          privateKey,
          db: database.db,
          timeoutMs: 5000,
        }),
      ),
    )
    const rejected = attempts.filter((one) => one.status === 'rejected')
    expect(rejected.map((one) => (one.reason as LinboError).code)).toEqual(['SSH_HOST_KEY'])
    for (const one of attempts) if (one.status === 'fulfilled') one.value.close()
    await other.close()
  })
})

describe('exec', () => {
  it('sends the words quoted and shows stdout and stderr', async () => {
    await start()
    onCommand = (command) => {
      command.print('out')
      command.complain('err')
      command.exit(3)
    }
    let output = ''
    const result = await (await connect()).exec(['linbo_wrapper', "it's $HOME; reboot"], {
      onOutput: (text) => {
        output += text
      },
    })
    expect(result).toEqual({ code: 3, ended: 'exit' })
    expect(['outerr', 'errout']).toContain(output)
    expect(machine.lines).toEqual(["linbo_wrapper 'it'\\''s $HOME; reboot'"])
  })

  it('keeps letters whole that arrive in pieces, on both streams at once', async () => {
    await start()
    const out = Buffer.from('Grün')
    const err = Buffer.from('größer')
    let output = ''
    onCommand = async (command) => {
      command.print(out.subarray(0, 3))
      command.complain(err.subarray(0, 3))
      await expect.poll(() => output.length).toBe('Gr'.length + 'gr'.length)
      command.print(out.subarray(3))
      command.complain(err.subarray(3))
      command.exit(0)
    }
    await (await connect()).exec(['x'], {
      onOutput: (text) => {
        output += text
      },
    })
    expect(output).not.toContain('\ufffd')
    expect([...output].sort()).toEqual([...'Grüngrößer'].sort())
  })

  it('writes the input and closes it', async () => {
    await start()
    onCommand = async (command) => {
      command.print(await command.input)
      command.exit(0)
    }
    let output = ''
    const onOutput = (text: string) => {
      output += text
    }
    await (await connect()).exec(['cat'], { input: 'linbo:secret\n', onOutput })
    expect(output).toBe('linbo:secret\n')
    await connection?.exec(['cat'], { onOutput })
    expect(output).toBe('linbo:secret\n')
  })

  it('gives 128 + number for a command that a signal ended', async () => {
    await start()
    onCommand = (command) => command.killed('TERM')
    expect(await (await connect()).exec(['x'])).toEqual({ code: 143, ended: 'exit' })
  })

  it('reports a connection that is lost, and every later command as lost too', async () => {
    await start()
    onCommand = (command) => command.vanish()
    const lost = { code: null, ended: 'lost' }
    expect(await (await connect()).exec(['x'])).toEqual(lost)
    expect(await connection?.exec(['y'])).toEqual(lost)
  })

  it('finds out by keep-alive that a machine vanished without closing the connection', async () => {
    await start()
    onCommand = () => machine.freeze()
    const started = await connect({ keepaliveMs: 30 })
    expect(await started.exec(['linbo_wrapper', 'start:1'])).toEqual({ code: null, ended: 'lost' })
  })

  it('gives up after silence, which every output postpones, and closes the channel', async () => {
    await start()
    let closed: Promise<void> | undefined
    onCommand = (command) => {
      closed = command.closed
      command.print('begun')
    }
    expect(await (await connect()).exec(['x'], { silenceMs: 50 })).toEqual({
      code: null,
      ended: 'silent',
    })
    await closed
  })

  it('leaves the channel open on silence when asked to', async () => {
    await start()
    let finish = () => {}
    onCommand = (command) => {
      finish = () => {
        command.print('still here')
        command.exit(0)
      }
    }
    const result = await (await connect()).exec(['x'], { silenceMs: 30, leaveOpen: true })
    expect(result.ended).toBe('silent')
    finish()
    onCommand = (command) => command.exit(0)
    expect(await connection?.exec(['y'])).toEqual({ code: 0, ended: 'exit' })
  })

  it('stops listening when aborted, before and after the channel is open', async () => {
    await start()
    let closed: Promise<void> | undefined
    const abort = new AbortController()
    onCommand = (command) => {
      closed = command.closed
      abort.abort()
    }
    const aborted = { code: null, ended: 'aborted' }
    expect(await (await connect()).exec(['x'], { signal: abort.signal })).toEqual(aborted)
    await closed
    expect(await connection?.exec(['y'], { signal: abort.signal })).toEqual(aborted)
    expect(machine.lines).toEqual(['x'])
    const late = new AbortController()
    const pending = connection?.exec(['z'], { signal: late.signal })
    late.abort()
    expect(await pending).toEqual(aborted)
  })

  it('asks the client to end its programs', async () => {
    await start()
    onCommand = (command) => command.exit(0)
    expect(await (await connect()).stopPrograms()).toBe(true)
    onCommand = (command) => command.exit(127)
    expect(await connection?.stopPrograms()).toBe(false)
    expect(machine.lines[0]).toMatch(/^sh -c '.*kill -TERM/s)
  })

  it('leaves nothing open after close', async () => {
    await start()
    onCommand = () => {}
    const running = (await connect()).exec(['x'], { silenceMs: 60_000 })
    connection?.close()
    expect((await running).ended).toBe('lost')
    await expect.poll(() => machine.connections()).toBe(0)
  })
})

describe('read', () => {
  it('collects stdout only, as bytes', async () => {
    await start()
    onCommand = (command) => {
      command.complain('cat: warning')
      command.print(Uint8Array.of(0, 255, 10))
      command.exit(0)
    }
    const result = await (await connect()).read(['cat', '/tmp/x'], {
      maxBytes: 10,
      silenceMs: 1000,
    })
    expect({ code: result.code, bytes: [...result.bytes] }).toEqual({
      code: 0,
      bytes: [0, 255, 10],
    })
  })

  it('stops reading at the limit', async () => {
    await start()
    let closed: Promise<void> | undefined
    onCommand = (command) => {
      closed = command.closed
      command.print('x'.repeat(5000))
    }
    const reading = (await connect()).read(['cat', '/tmp/x'], { maxBytes: 1000, silenceMs: 1000 })
    expect((await failure(reading)).code).toBe('SSH_OUTPUT')
    await closed
  })
})
