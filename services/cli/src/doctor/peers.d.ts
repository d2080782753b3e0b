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
