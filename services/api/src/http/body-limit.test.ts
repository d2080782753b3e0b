import { createServer, request as httpRequest } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listenTcp } from '@linbo/runtime'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppEnv } from '../router.ts'
import { limitBody } from './body-limit.ts'

describe('limitBody', () => {
  const app = new Hono<AppEnv>()
  app.use(
    limitBody(10, () => {
      throw new HTTPException(413)
    }),
  )
  app.all('/', async (c) => c.text(`${c.req.method} ${await c.req.text()}`))
  const server = createServer((request, response) => {
    void getRequestListener(app.fetch, { overrideGlobalObjects: false })(request, response)
  })
  let port = 0
  beforeAll(async () => {
    port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'test' })
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  /** Node's own client: without a length it sends chunks, without a body neither header. */
  function send(method: string, body: string[], length?: number) {
    return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = length === undefined ? {} : { 'content-length': length }
      const request = httpRequest(
        { port, host: '127.0.0.1', method, headers },
        async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve({ status: response.statusCode, text })
        },
      )
      request.on('error', reject)
      for (const part of body) request.write(part)
      request.end()
    })
  }

  it.each(['DELETE', 'GET'])('lets a %s without a body pass', async (method) => {
    expect(await send(method, [])).toEqual({ status: 200, text: `${method} ` })
  })

  it('hands on a body that comes in chunks', async () => {
    expect(await send('POST', ['12345', '67890'])).toEqual({ status: 200, text: 'POST 1234567890' })
  })

  it('refuses one byte too many, with and without a length', async () => {
    expect(await send('POST', ['12345678901'], 11)).toMatchObject({ status: 413 })
    expect(await send('POST', ['1234567890', '1'])).toMatchObject({ status: 413 })
  })
})
