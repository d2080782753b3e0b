import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDhcpServer } from '../support/dhcp.ts'
import { must, startRelay } from '../support/lan.ts'
import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import { requireTool } from '../support/require.ts'
import { unpackedProgram } from '../support/unpacked.ts'

const mac = '52:54:00:1b:0b:71'
const dhcrelay = await unpackedProgram('dhcrelay')

requireTool('ip', 'busybox', dhcrelay)(
  "full mode, asked by udhcpc through Debian's dhcrelay",
  { timeout: 60_000 },
  () => {
    let folder: string
    let server: Namespace
    let relay: Namespace
    let pc: Namespace

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'linbo-relay-'))
      await writeFile(join(folder, 'script'), '#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n')
      await chmod(join(folder, 'script'), 0o755)
      server = await createNamespace('dhcp')
      relay = await createNamespace('relay')
      pc = await createNamespace('pc')
    })
    afterEach(async () => {
      for (const space of [pc, relay, server]) await space.remove()
      await rm(folder, { recursive: true })
    })

    it('gives a registered machine its address of the network behind the relay, twice', async () => {
      await connect(
        { space: server, device: 'lan', address: '10.96.1.1/24' },
        { space: relay, device: 'near', address: '10.96.1.254/24' },
      )
      await connect(
        { space: relay, device: 'far', address: '10.96.2.254/24' },
        { space: pc, device: 'eth0', mac },
      )
      await must(relay, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
      await must(server, 'ip', 'route', 'add', '10.96.2.0/24', 'via', '10.96.1.254')
      await startDhcpServer(server, {
        dataDir: folder,
        hosts: [{ hostname: 'pc71', mac, ip: '10.96.2.71', group: 'linux', room: 'r1' }],
        settings: {
          LINBO_DHCP: 'full',
          LINBO_DHCP_INTERFACE: 'lan',
          LINBO_SERVER_IP: '10.96.1.1',
          LINBO_DHCP_SUBNETS: '10.96.2.0/24 router=10.96.2.254',
        },
      })
      await startRelay(relay, dhcrelay, { clients: 'far', servers: 'near' }, ['10.96.1.1'])
      const firmware = ['-V', 'PXEClient:Arch:00007:UNDI:003000', '-x', '0x5d:0007', '-B']
      for (const words of [firmware, ['-O', 'nisdomain']]) {
        const script = join(folder, 'script')
        const fixed = ['-i', 'eth0', '-f', '-q', '-n', '-t', '8', '-T', '1', '-s', script]
        const { code, lines } = await pc.run('busybox', 'udhcpc', ...fixed, ...words)
        expect(code, lines.join('\n')).toBe(0)
        expect(lines).toEqual(
          expect.arrayContaining([
            ...['ip=10.96.2.71', 'hostname=pc71', 'nisdomain=linux', 'router=10.96.2.254'],
            ...['serverid=10.96.1.1', 'siaddr=10.96.1.1'],
          ]),
        )
      }
    })
  },
)
