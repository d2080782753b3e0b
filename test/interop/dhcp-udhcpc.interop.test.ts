import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDhcpServer } from '../support/dhcp.ts'
import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import { requireTool } from '../support/require.ts'

/** What linbofs asks for. */
const linbo = ['-O', 'nisdomain']
/** What UEFI firmware says of itself, in udhcpc's words: class, option 93 = 7, and the boot options. */
const firmware = [
  ...['-V', 'PXEClient:Arch:00007:UNDI:003000', '-x', '0x5d:0007'],
  ...['-O', '18', '-O', '66', '-O', '67', '-B'],
]

const registered = '52:54:00:1b:0b:11'
const pc01 = { hostname: 'pc01', mac: registered, ip: '10.91.1.21', group: 'win11', room: 'r1' }

requireTool('ip', 'busybox')(
  'full mode, asked by udhcpc over real broadcasts',
  { timeout: 90_000 },
  () => {
    let directory: string
    let spaces: Namespace[]
    let server: Namespace

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
      const script = '#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n'
      await writeFile(join(directory, 'script'), script)
      await chmod(join(directory, 'script'), 0o755)
      server = await createNamespace('dhcp')
      spaces = [server]
    })

    afterEach(async () => {
      for (const space of spaces.toReversed()) await space.remove()
      await rm(directory, { recursive: true })
    })

    /** A machine with one network card, on a cable of its own to the server. */
    async function machine(device: string, address: string, mac?: string): Promise<Namespace> {
      const space = await createNamespace('pc')
      spaces.push(space)
      await connect(
        { space: server, device, address },
        { space, device: 'eth0', ...(mac ? { mac } : {}) },
      )
      return space
    }

    async function udhcpc(space: Namespace, ...words: string[]) {
      const script = join(directory, 'script')
      const fixed = ['udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '8', '-T', '1', '-s', script]
      const { code, lines } = await space.run('busybox', ...fixed, ...words)
      const variables = lines.map((line) => line.match(/^(\w+)=(.*)$/)).filter((match) => !!match)
      return { code, got: Object.fromEntries(variables.map(([, name, value]) => [name, value])) }
    }

    const settings = {
      LINBO_DHCP: 'full',
      LINBO_DHCP_INTERFACE: 'lan',
      LINBO_SERVER_IP: '10.91.1.1',
      LINBO_DHCP_POOL: '10.91.1.100-10.91.1.110',
      LINBO_DHCP_ROUTER: '10.91.1.254',
      LINBO_DHCP_DNS: '10.91.1.1',
      LINBO_DHCP_DOMAIN: 'school.lan',
    }

    it('gives firmware and LINBO of one machine the same address, name and group', async () => {
      const pc = await machine('lan', '10.91.1.1/24', registered)
      const dhcp = await startDhcpServer(server, { dataDir: directory, settings, hosts: [pc01] })

      const boot = await udhcpc(pc, ...firmware)
      expect(boot.got).toMatchObject({
        ip: '10.91.1.21',
        siaddr: '10.91.1.1',
        serverid: '10.91.1.1',
        boot_file: 'boot/grub/x86_64-efi/core.efi',
        bootfile: 'boot/grub/x86_64-efi/core.efi',
        tftp: '10.91.1.1',
        hostname: 'pc01',
        nisdomain: 'win11',
        opt18: '77696e3131',
        lease: '172800',
      })
      const client = await udhcpc(pc, ...linbo)
      expect(client.got).toMatchObject({
        ip: '10.91.1.21',
        serverid: '10.91.1.1',
        hostname: 'pc01',
        nisdomain: 'win11',
        domain: 'school.lan',
        subnet: '255.255.255.0',
        broadcast: '10.91.1.255',
        router: '10.91.1.254',
        dns: '10.91.1.1',
      })
      await dhcp.event((event) => event.type === 'boot.step' && event.step === 'linbo-ack')
      const steps = dhcp.events.filter((event) => event.type === 'boot.step')
      expect(steps.map(({ host, mac, ip, step, ok }) => ({ host, mac, ip, step, ok }))).toEqual(
        (['firmware', 'linbo'] as const).flatMap((who) =>
          (['discover', 'offer', 'ack'] as const).map((what) => ({
            ...{ host: 'pc01', mac: registered, step: `${who}-${what}`, ok: true },
            ip: what === 'discover' ? null : '10.91.1.21',
          })),
        ),
      )
      expect(steps[0]).toMatchObject({ firmware: 'uefi-x64' })
    })

    it('calls unknown machines pxeclient and remembers their address over a restart', async () => {
      const pc = await machine('lan', '10.91.1.1/24')
      const options = { dataDir: directory, settings, hosts: [pc01] }
      const first = await startDhcpServer(server, options)
      const before = await udhcpc(pc, ...linbo, '-r', '10.91.1.107')
      expect(before.got).toMatchObject({ ip: '10.91.1.107', hostname: 'pxeclient', lease: '600' })
      expect(before.got.nisdomain).toBeUndefined()
      await first.event((event) => event.type === 'lease.changed')
      await first.stop()

      await startDhcpServer(server, options)
      expect((await udhcpc(pc, ...linbo)).got.ip).toBe('10.91.1.107')
    })

    it('answers each of two networks from its own pool and through its own interface', async () => {
      const left = await machine('lan', '10.91.1.1/24', registered)
      const right = await machine('lab', '10.91.2.1/24')
      const dhcp = await startDhcpServer(server, {
        dataDir: directory,
        hosts: [pc01],
        settings: {
          ...settings,
          LINBO_DHCP_INTERFACE: 'lan,lab',
          LINBO_DHCP_POOL: '10.91.1.100-10.91.1.110,10.91.2.100-10.91.2.110',
        },
      })
      const known = await udhcpc(left, ...linbo)
      expect(known.got).toMatchObject({ ip: '10.91.1.21', serverid: '10.91.1.1' })
      const unknown = await udhcpc(right, ...linbo)
      expect(unknown.got).toMatchObject({ ip: '10.91.2.100', serverid: '10.91.1.1' })
      await dhcp.event((event) => event.type === 'boot.step' && event.ip === '10.91.2.100')
      const told = dhcp.events.filter(
        (event) => event.type === 'boot.step' && event.host === 'pc01',
      )
      expect(told.map((event) => 'ip' in event && event.ip)).toEqual([
        ...[null, '10.91.1.21', '10.91.1.21'],
      ])
      expect(dhcp.log).toEqual([])
    })

    it('says nothing on an interface it does not serve, nor to LINBO in proxy mode', async () => {
      await machine('lan', '10.91.1.1/24')
      const stranger = await machine('uplink', '10.91.3.1/24')
      const first = await startDhcpServer(server, { dataDir: directory, settings, hosts: [] })
      expect(await udhcpc(stranger, ...linbo, '-t', '1')).toEqual({ code: 1, got: {} })
      await first.stop()

      const proxy = {
        LINBO_DHCP: 'proxy',
        LINBO_DHCP_INTERFACE: 'uplink',
        LINBO_SERVER_IP: '10.91.3.1',
      }
      await startDhcpServer(server, { dataDir: directory, settings: proxy, hosts: [] })
      expect(await udhcpc(stranger, ...linbo, '-t', '1')).toEqual({ code: 1, got: {} })
    })
  },
)
