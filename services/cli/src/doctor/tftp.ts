import tftp from 'tftp'
import { type Finding, ill, well } from './check.ts'

/** Fetches a boot file as a stranger would, with a TFTP client that is not ours. */
export function fetchBootFile(host: string, port: number, file: string): Promise<Finding> {
  const name = `TFTP ${file}`
  return new Promise((resolve) => {
    const started = Date.now()
    const client = tftp.createClient({ host, port, timeout: 2000, retries: 1 })
    const stream = client.createGetStream(file)
    let size = 0
    stream.on('data', (bytes: Uint8Array) => {
      size += bytes.length
    })
    stream.on('end', () => resolve(well(name, `${size} bytes in ${Date.now() - started} ms`)))
    stream.on('error', (error: Error) =>
      resolve(
        ill(
          name,
          error.message,
          'Is UDP let through to this port? `linbo boot list` shows what is missing.',
        ),
      ),
    )
  })
}
