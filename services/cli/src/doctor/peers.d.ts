/** The parts of npm's `tftp` client that the doctor uses; it brings no types. */
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

/** The same of npm's `dhcp`. */
declare module 'dhcp' {
  export interface Reply {
    /** `52-54-00-1B-0B-31` */
    chaddr: string
    yiaddr: string
    siaddr: string
    options: Record<number, unknown>
  }
  interface DhcpClient {
    on(event: 'message', handler: (reply: Reply) => void): void
    on(event: 'error', handler: (error: Error) => void): void
    listen(port: number, address: string, ready: () => void): void
    sendDiscover(): void
    close(): void
    /** Takes the address, unless replaced. */
    handleOffer(reply: Reply): void
    _send(host: string, packet: { flags: number }): void
  }
  const dhcp: { createClient(options: { mac: string; features: string[] }): DhcpClient }
  export default dhcp
}
