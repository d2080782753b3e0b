import { get } from 'node:http'
import { LinboError } from '@linbo/runtime'
import type { MachineIdentity, ServerAddress } from './machine.ts'

/** Longest silence of a server, in milliseconds. */
const patienceMs = 30_000

/**
 * Fetches one boot file over HTTP from the machine's own address, as iPXE does. What arrives is counted, not kept.
 * @returns the bytes. @throws LinboError `SIM_HTTP` when the file does not come whole; the reason of `signal`.
 */
export async function fetchOverHttp(
  machine: MachineIdentity,
  server: ServerAddress,
  file: string,
  signal: AbortSignal,
): Promise<number> {
  const url = `http://${server.ip}:${server.httpPort}/boot/${file}`
  try {
    return await new Promise<number>((resolve, reject) => {
      const options = {
        localAddress: machine.ip,
        agent: false,
        timeout: patienceMs,
        signal,
      } as const
      const request = get(url, options, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve(bytes)
          else reject(new Error(`the answer was ${response.statusCode}`))
        })
      })
      request.on('timeout', () => request.destroy(new Error('the server is silent')))
      request.on('error', reject)
    })
  } catch (error) {
    signal.throwIfAborted()
    throw new LinboError('SIM_HTTP', `${machine.hostname}, ${url}: ${(error as Error).message}`)
  }
}
