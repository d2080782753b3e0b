import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDhcpServer } from '../support/dhcp.ts'
import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import { startOtherServer } from '../support/other-dhcp-server.ts'
import { requireTool } from '../support/require.ts'

const settings = {
  LINBO_DHCP: 'full',
  LINBO_DHCP_INTERFACE: 'lan',
  LINBO_SERVER_IP: '10.92.1.1',
  LINBO_DHCP_POOL: '10.92.1.50-10.92.1.60',
}

requireTool('ip', 'busybox', 'dnsmasq')(
  'a network where others are at work',
  { timeout: 60_000 },
  () => {
    let directory: string
    let server: Namespace
    let pc: Namespace

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
      server = await createNamespace('dhcp')
      pc = await createNamespace('pc')
      await connect(
        { space: server, device: 'lan', address: '10.92.1.1/24' },
        { space: pc, device: 'eth0', address: '10.92.1.50/24' },
      )
    })

    afterEach(async () => {
      await pc.remove()
      await server.remove()
      await rm(directory, { recursive: true })
    })

    it('offers nobody an address that somebody uses without asking, and says so', async () => {
      const dhcp = await startDhcpServer(server, { dataDir: directory, settings, hosts: [] })
      const fixed = [
        'udhcpc',
        '-i',
        'eth0',
        '-f',
        '-q',
        '-n',
        '-t',
        '8',
        '-T',
        '1',
        '-s',
        '/bin/true',
      ]
      const { code, lines } = await pc.run('busybox', ...fixed)
      expect(code).toBe(0)
      expect(lines.join('\n')).toContain('lease of 10.92.1.51 obtained')
      await dhcp.logged((line) => line.includes('in use') && line.includes('10.92.1.50'))
    })

    it('finds another DHCP server by asking, and names it', async () => {
      const place = { prefix: '10.92.1', device: 'eth0' }
      const other = await startOtherServer(pc, 'dnsmasq', '', join(directory, 'other'), place)
      const dhcp = await startDhcpServer(server, { dataDir: directory, settings, hosts: [] })
      const found = await dhcp.event((event) => event.type === 'dhcp.server')
      expect(found).toMatchObject({ ip: '10.92.1.50', network: '10.92.1.0/24', expected: false })
      await other.stop()
    })
  },
)
