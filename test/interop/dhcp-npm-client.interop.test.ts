import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDhcpServer } from '../support/dhcp.ts'
import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import { requireTool } from '../support/require.ts'

const mac = '52:54:00:1b:0b:31'
const clientProgram = fileURLToPath(new URL('../support/npm-dhcp-client.ts', import.meta.url))

requireTool('ip')('full mode, asked by the npm package dhcp', { timeout: 90_000 }, () => {
  let directory: string
  let server: Namespace
  let client: Namespace

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
    server = await createNamespace('dhcp')
    client = await createNamespace('pc')
  })

  afterEach(async () => {
    await client.remove()
    await server.remove()
    await rm(directory, { recursive: true })
  })

  it('gets an offer and its address with the name and group of the host', async () => {
    await connect(
      { space: server, device: 'lan', address: '10.93.1.1/24' },
      // The client's socket cannot broadcast without an address and a route of its own.
      { space: client, device: 'eth0', address: '10.93.1.9/24', mac },
    )
    await client.run('ip', 'route', 'add', 'default', 'dev', 'eth0')
    await startDhcpServer(server, {
      dataDir: directory,
      hosts: [{ hostname: 'pc31', mac, ip: '10.93.1.31', group: 'linux', room: 'r1' }],
      settings: {
        LINBO_DHCP: 'full',
        LINBO_DHCP_INTERFACE: 'lan',
        LINBO_SERVER_IP: '10.93.1.1',
      },
    })
    const { code, lines } = await client.run(process.execPath, clientProgram, mac)
    expect(code).toBe(0)
    expect(lines.at(-1)).toBe('bound')
    const answers = lines.slice(0, -1).map((line) => JSON.parse(line))
    expect(answers.map((answer) => answer.options[53])).toEqual([2, 5])
    for (const { yiaddr, siaddr, options } of answers) {
      expect([yiaddr, siaddr]).toEqual(['10.93.1.31', '10.93.1.1'])
      expect(options).toMatchObject({
        1: '255.255.255.0',
        12: 'pc31',
        18: 'linux',
        40: 'linux',
        51: 172800,
        54: '10.93.1.1',
      })
    }
  })
})
