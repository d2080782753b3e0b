/**
 * The npm package `dhcp` as a client, for tests that need it inside a network namespace:
 * `node npm-dhcp-client.ts <mac>`. Prints each answer it gets as a line of JSON, and `bound` at the end.
 */
import { createRequire } from 'node:module'

interface Answer {
  yiaddr: string
  siaddr: string
  options: Record<number, unknown>
}
interface DhcpClient {
  on(event: 'message', handler: (answer: Answer) => void): void
  on(event: 'bound' | 'listening', handler: () => void): void
  on(event: 'error', handler: (error: Error) => void): void
  listen(): void
  sendDiscover(): void
  close(): void
}

// The package is CommonJS and has no types.
const { createClient } = createRequire(import.meta.url)('dhcp') as {
  createClient(options: { mac: string | undefined; features: string[] }): DhcpClient
}
const client = createClient({ mac: process.argv[2], features: ['hostname', 'nisDomain'] })
client.on('message', ({ yiaddr, siaddr, options }) => {
  console.log(JSON.stringify({ yiaddr, siaddr, options }))
})
client.on('bound', () => {
  console.log('bound')
  client.close()
})
client.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
client.on('listening', () => client.sendDiscover())
client.listen()
