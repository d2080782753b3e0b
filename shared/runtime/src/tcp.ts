import type { Server } from 'node:net'
import { portError } from './udp.ts'

/**
 * Makes a net or http server listen, with our wording when it cannot, and an error listener for later.
 * @returns the bound port (useful when asked for port 0).
 * @throws LinboError `TCP_PORT` naming the port and the setting to change.
 */
export async function listenTcp(
  server: Server,
  options: {
    port: number
    address?: string
    purpose: string
    setting?: string
    onError?(error: Error): void
  },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: unknown) => reject(portError(error, 'TCP', options))
    server.once('error', failed)
    server.listen(
      { port: options.port, ...(options.address ? { host: options.address } : {}) },
      () => {
        server.off('error', failed)
        resolve()
      },
    )
  })
  server.on('error', (error) => options.onError?.(error))
  const bound = server.address()
  return typeof bound === 'object' && bound ? bound.port : options.port
}
