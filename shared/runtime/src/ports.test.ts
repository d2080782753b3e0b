import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listenTcp } from './tcp.ts'
import { openUdp } from './udp.ts'

const quiet = { address: '127.0.0.1', onMessage: () => {} }

describe('a port that cannot be bound', () => {
  it('is named, with who holds it and the setting to change', async () => {
    const first = await openUdp({ ...quiet, port: 0, purpose: 'TFTP' })
    const second = openUdp({
      ...quiet,
      port: first.port,
      purpose: 'TFTP',
      setting: 'LINBO_TFTP_PORT',
    })
    await expect(second).rejects.toMatchObject({
      code: 'UDP_PORT',
      message: expect.stringMatching(new RegExp(`UDP port ${first.port}.*process ${process.pid}`)),
      fix: expect.stringContaining('LINBO_TFTP_PORT'),
    })
    await first.close()
  })

  it('is the same for TCP', async () => {
    const server = createServer()
    const port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'HTTP' })
    const again = listenTcp(createServer(), { port, address: '127.0.0.1', purpose: 'HTTP' })
    await expect(again).rejects.toMatchObject({
      code: 'TCP_PORT',
      message: expect.stringContaining(`${port}`),
    })
    await new Promise((resolve) => server.close(resolve))
  })

  it('says so when the address is not ours', async () => {
    const opening = openUdp({ ...quiet, address: '192.0.2.1', port: 0, purpose: 'TFTP' })
    await expect(opening).rejects.toMatchObject({ fix: expect.stringContaining('LINBO_LISTEN') })
  })
})

describe('openUdp', () => {
  it('survives the answer of a peer that is gone', async () => {
    const errors: Error[] = []
    const gone = await openUdp({ ...quiet, port: 0, purpose: 'peer' })
    const port = gone.port
    await gone.close()
    const one = await openUdp({
      ...quiet,
      port: 0,
      purpose: 'test',
      onError: (error) => errors.push(error),
    })
    await new Promise<void>((resolve) => one.socket.connect(port, '127.0.0.1', resolve))
    one.socket.send(new Uint8Array([1]))
    await expect.poll(() => errors.length).toBeGreaterThan(0)
    await one.close()
    await one.close()
    await expect(one.send(new Uint8Array([1]), 9, '127.0.0.1')).rejects.toMatchObject({
      code: 'UDP_CLOSED',
    })
  })

  it('hears one interface alone, and says when there is no such interface', async () => {
    const heard = Promise.withResolvers<string>()
    const onMessage = (bytes: Uint8Array) => heard.resolve(new TextDecoder().decode(bytes))
    const options = { port: 0, purpose: 'DHCP', reuseAddr: true }
    const one = await openUdp({ ...options, device: 'lo', onMessage })
    await one.send(new TextEncoder().encode('hello'), one.port, '127.0.0.1')
    expect(await heard.promise).toBe('hello')
    await one.close()
    const missing = openUdp({ ...options, device: 'nowhere0', onMessage })
    await expect(missing).rejects.toMatchObject({ code: 'UDP_PORT' })
  })
})
