import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LinboError } from '@linbo/runtime'
import type { Io } from './io.ts'
import { findServer, problemOf, unreachable } from './server-access.ts'

/**
 * Sends a file as it is, without ever having it in memory.
 * @param path of the API, below /api/v1
 * @param onSent told how much of it is on its way, in percent
 * @throws LinboError with the server's `code` and `fix`, `SERVER_UNREACHABLE`, or `FILE_UNREADABLE`
 */
export async function sendFile(
  io: Io,
  file: string,
  path: string,
  options: { headers?: Record<string, string>; onSent?(percent: number): void } = {},
): Promise<Response> {
  const { url, token } = findServer(io)
  const { size } = await stat(file).catch((cause) => {
    throw unreadable(file, cause)
  })
  const target = new URL(`${url}/api/v1${path}`)
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(target, {
    method: 'POST',
    agent: false,
    headers: {
      ...options.headers,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      'content-type': 'application/octet-stream',
      'content-length': size,
    },
    signal: io.signal,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  let sent = 0
  const counted = async function* (pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      yield piece
      sent += piece.length
      options.onSent?.(Math.floor((sent / size) * 100))
    }
  }
  let failure: unknown
  const sending = pipeline(createReadStream(file), counted, request).catch((error) => {
    failure = error
    request.destroy(error)
  })
  // A server that refuses answers before it has everything.
  const message = await answered.catch(async (error) => {
    await sending
    const { code, syscall } = (failure ?? error) as NodeJS.ErrnoException
    if (syscall === 'read' && code !== 'ECONNRESET') throw unreadable(file, failure)
    throw unreachable(url, failure ?? error)
  })
  const response = new Response(Readable.toWeb(message) as ReadableStream, {
    status: message.statusCode ?? 500,
    headers: { 'content-type': message.headers['content-type'] ?? '' },
  })
  if (!response.ok) throw await problemOf(response, token !== undefined)
  return response
}

const unreadable = (file: string, cause: unknown) =>
  new LinboError('FILE_UNREADABLE', `cannot read ${file}`, { fix: 'Check the name.', cause })
