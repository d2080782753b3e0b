import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchOverHttp } from './http.ts'
import { machine, nowhere } from './testing.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function serve(answer: RequestListener, signal = new AbortController().signal) {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return fetchOverHttp(machine, { ...nowhere, httpPort: port }, 'linbo64', signal)
}

describe('fetchOverHttp', () => {
  it("counts the bytes of a boot file, asked for from the machine's own address", async () => {
    const asked: unknown[] = []
    const bytes = await serve((request, response) => {
      asked.push(request.url, request.socket.remoteAddress)
      response.end(Buffer.alloc(200_000))
    })
    expect(bytes).toBe(200_000)
    expect(asked).toEqual(['/boot/linbo64', machine.ip])
  })

  it('fails when the file is not there', async () => {
    const fetched = serve((_request, response) => response.writeHead(404).end())
    await expect(fetched).rejects.toThrow('the answer was 404')
  })

  it('fails when the file does not come whole', async () => {
    const fetched = serve((_request, response) => {
      response.writeHead(200, { 'Content-Length': 10 })
      response.write('12345', () => response.destroy())
    })
    await expect(fetched).rejects.toMatchObject({ code: 'SIM_HTTP' })
  })

  it('stops at once when the machine loses power', async () => {
    const power = new AbortController()
    const fetched = serve(() => power.abort(new Error('off')), power.signal)
    await expect(fetched).rejects.toThrow('off')
  })
})
