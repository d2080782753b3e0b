import { makeKeyPair } from '@linbo/ssh'
import ssh2 from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'
import { Killed } from './bench.ts'
import { type Shell, type SshServer, startSshServer } from './ssh-server.ts'

const key = makeKeyPair().privateKey
interface Done {
  text: string
  code: number | undefined
}

let server: SshServer
let clients: ssh2.Client[] = []
afterEach(async () => {
  for (const client of clients) client.destroy()
  clients = []
  await server.close()
})

async function logIn(more: object = { privateKey: key }): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  clients.push(client)
  await new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve())
    client.on('error', reject)
    client.connect({ host: '127.0.0.1', port: server.port, username: 'root', ...more })
  })
  return client
}

function open(client: ssh2.Client, line: string) {
  return new Promise<{ channel: ssh2.ClientChannel; done: Promise<Done> }>((resolve, reject) => {
    client.exec(line, (error, channel) => {
      if (error) return reject(error)
      const result: Done = { text: '', code: undefined }
      channel.on('data', (chunk: Buffer) => {
        result.text += chunk
      })
      channel.on('exit', (status: number) => {
        result.code = status
      })
      const done = new Promise<Done>((ended) => {
        channel.on('close', () => ended(result))
      })
      resolve({ channel, done })
    })
  })
}

const start = async (shell: Shell) => {
  server = await startSshServer({ ip: '127.0.0.1', port: 0, shell })
}

describe('the SSH server of a simulated machine', () => {
  it('runs a command line and tells its exit status', async () => {
    await start(async (line, { write }) => {
      write(`ran ${line}\n`)
      return 7
    })
    const { done } = await open(await logIn(), 'linbo_wrapper sync:1')
    expect(await done).toEqual({ text: 'ran linbo_wrapper sync:1\n', code: 7 })
  })

  it('hands on what the server writes', async () => {
    await start(async (_line, { input, write }) => {
      write(await input)
      return 0
    })
    const { channel, done } = await open(await logIn(), 'cat')
    channel.end('a secret')
    expect(await done).toEqual({ text: 'a secret', code: 0 })
  })

  it('lets nobody in with a password, or as another user', async () => {
    await start(async () => 0)
    await expect(logIn({ password: 'x' })).rejects.toThrow(/authentication/)
    await expect(logIn({ username: 'linbo', privateKey: key })).rejects.toThrow(/authentication/)
  })

  it('dies without an exit status when the machine leaves', async () => {
    await start(async (line) => {
      if (line === 'reboot') void server.close()
      return 'dies'
    })
    const { done } = await open(await logIn(), 'reboot')
    expect(await done).toEqual({ text: '', code: undefined })
  })

  it('lets a program run on when its channel is closed', async () => {
    const closed = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<boolean>()
    await start(async (_line, { write, signal }) => {
      await closed.promise
      write('nobody hears this')
      ended.resolve(signal.aborted)
      return 0
    })
    const { channel, done } = await open(await logIn(), 'long')
    channel.close()
    await done
    closed.resolve()
    expect(await ended.promise).toBe(false)
  })

  it('kills the other programs of a connection, and of no other one', async () => {
    let running = 0
    await start((line, { signal, stopOthers }) => {
      if (line === 'stop') {
        stopOthers()
        return Promise.resolve(0)
      }
      running++
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(signal.reason instanceof Killed ? 1 : 2))
      })
    })
    const [one, other] = [await logIn(), await logIn()]
    const first = await open(one, 'long')
    const second = await open(one, 'long')
    await open(other, 'long')
    await expect.poll(() => running).toBe(3)
    expect((await (await open(one, 'stop')).done).code).toBe(0)
    expect((await first.done).code).toBe(1)
    expect((await second.done).code).toBe(1)
  })
})
