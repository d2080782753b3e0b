/** The parts of npm's `tftp` and `dhcp` clients that the doctor uses; neither brings types. */
declare module 'tftp' {
  import type { Readable } from 'node:stream'

  interface TftpClient {
    createGetStream(remote: string, options?: Record<string, unknown>): Readable
  }
  const tftp: {
    createClient(options: {
      host: string
      port: number
      timeout?: number
      retries?: number
    }): TftpClient
  }
  export default tftp
}

declare module 'dhcp' {
  import type { EventEmitter } from 'node:events'

  interface DhcpClient extends EventEmitter {
    handleOffer(offer: unknown): void
    listen(port: number, host: string, ready: () => void): void
    sendDiscover(): void
    close(): void
  }
  const dhcp: { createClient(options: { mac: string; features: string[] }): DhcpClient }
  export default dhcp
}
