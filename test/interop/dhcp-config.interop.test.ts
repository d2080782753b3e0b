import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DhcpFacts, dhcpConfig } from '@linbo/formats'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import {
  checkOtherServer,
  type OtherDhcpServer,
  startOtherServer,
} from '../support/other-dhcp-server.ts'
import { requireTool } from '../support/require.ts'
import { type Unpacked, unpackedProgram } from '../support/unpacked.ts'

const mac = '52:54:00:1b:0b:61'
const server = '10.98.1.1'
const other = '10.98.1.2'
const facts: DhcpFacts = {
  server,
  files: {
    bios: 'boot/grub/i386-pc/core.0',
    uefi: 'boot/grub/x86_64-efi/core.efi',
    http: `http://${server}:8080/boot/grub/x86_64-efi/core-http.efi`,
  },
  hosts: [
    { hostname: 'pc61', mac, ip: '10.98.1.61', group: '12345', pxe: 1 },
    { hostname: 'pc62', mac: '52:54:00:1b:0b:62', ip: null, group: 'win_11-a', pxe: 1 },
    { hostname: '63', mac: '52:54:00:1b:0b:63', ip: '10.98.1.63', group: 'win_11-a', pxe: 0 },
  ],
}

const udhcp = ['-O', 'nisdomain']
const pxe = (arch: string, ...words: string[]) => [
  ...[
    '-V',
    `PXEClient:Arch:000${arch}:UNDI:003000`,
    '-x',
    `0x5d:00${arch}`,
    '-O',
    '66',
    '-O',
    '67',
  ],
  ...words,
]
const http = ['-V', 'HTTPClient:Arch:00016:UNDI:003000', '-x', '0x5d:0010', '-O', '60', '-O', '67']

const kinds: [OtherDhcpServer, string | Unpacked][] = [
  ['isc', await unpackedProgram('dhcpd')],
  ['kea', await unpackedProgram('kea-dhcp4')],
  ['dnsmasq', 'dnsmasq'],
]

for (const [kind, program] of kinds) {
  requireTool('ip', 'busybox', program)(
    `the configuration we write for ${kind}`,
    { timeout: 60_000 },
    () => {
      let folder: string
      let lan: Namespace
      let pc: Namespace

      beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
        await writeFile(join(folder, 'script'), '#!/bin/sh\n[ "$1" = bound ] && env\nexit 0\n')
        await chmod(join(folder, 'script'), 0o755)
        lan = await createNamespace('other')
        pc = await createNamespace('pc')
      })
      afterEach(async () => {
        await pc.remove()
        await lan.remove()
        await rm(folder, { recursive: true })
      })

      /** What a lease of this machine says, in udhcpc's names. */
      async function ask(words: string[]): Promise<Record<string, string>> {
        const script = join(folder, 'script')
        const { lines } = await pc.run(
          'busybox',
          ...['udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '8', '-T', '1', '-s', script],
          ...words,
        )
        const variables = lines.flatMap((line) => [line.match(/^(\w+)=(.*)$/) ?? []])
        const { bootfile, ...got } = Object.fromEntries(
          variables.map(([, name = '', value = '']) => [name, value]),
        )
        // The boot file comes in the message's own field, or as option 67.
        return { ...(bootfile ? { boot_file: bootfile } : {}), ...got }
      }

      async function start(clientMac: string) {
        await connect(
          { space: lan, device: 'lan', address: `${other}/24` },
          { space: pc, device: 'eth0', mac: clientMac },
        )
        await startOtherServer(lan, kind, dhcpConfig(kind, facts), folder, {
          ...{ prefix: '10.98.1', device: 'lan' },
        })
      }

      it('is one the program takes, whatever the hosts are called', async () => {
        const odd = ['a"; }', "b'`$(x)", 'c\nd', '<?include "/etc/passwd"?>', '\u2019; rm']
        const hosts = odd.flatMap((name, index) => [
          { hostname: name, mac: `52:54:00:1b:0c:0${index}`, ip: null, group: 'x', pxe: 1 },
          {
            hostname: `pc${index}`,
            mac: `52:54:00:1b:0d:0${index}`,
            ip: null,
            group: name,
            pxe: 1,
          },
        ])
        const config = dhcpConfig(kind, { ...facts, hosts: [...facts.hosts, ...hosts] })
        const { code, lines } = await checkOtherServer(lan, kind, config, folder)
        expect(code, lines.join('\n')).toBe(0)
        expect(config).toContain('10 hosts are left out')
      })

      it('brings a registered machine to LINBO', async () => {
        await start(mac)
        const linbo = await ask(udhcp)
        expect(linbo).toMatchObject({ ip: '10.98.1.61', hostname: 'pc61', nisdomain: '12345' })
        // dnsmasq cannot name another server: the overlay does that for LINBO.
        expect(linbo.serverid).toBe(kind === 'dnsmasq' ? other : server)
        const bios = await ask(pxe('00'))
        expect(bios).toMatchObject({ boot_file: facts.files.bios, siaddr: server, serverid: other })
        expect(bios).toMatchObject({ hostname: 'pc61', nisdomain: '12345', opt18: '3132333435' })
        expect((await ask(pxe('07'))).boot_file).toBe(facts.files.uefi)
        expect((await ask(pxe('09'))).boot_file).toBe(facts.files.uefi)
        expect((await ask(pxe('07', '-x', '0x4d:69505845'))).boot_file).toBe(facts.files.uefi)
        const overHttp = await ask(http)
        expect(overHttp.boot_file).toBe(facts.files.http)
        expect(overHttp.vendor).toBe('HTTPClient')
      })

      it('calls an unknown machine pxeclient, and gives it no group', async () => {
        await start('52:54:00:1b:0b:6f')
        for (const words of [udhcp, pxe('07')]) {
          const { hostname, nisdomain } = await ask(words)
          expect([hostname, nisdomain]).toEqual(['pxeclient', undefined])
        }
      })

      it('leaves what is no LINBO machine alone', async () => {
        await start('52:54:00:1b:0b:6f')
        const { serverid, boot_file, hostname } = await ask(['-V', 'MSFT 5.0'])
        expect([serverid, boot_file, hostname]).toEqual([other, undefined, undefined])
      })

      it('tells a machine without LINBO its name only', async () => {
        await start('52:54:00:1b:0b:63')
        const { hostname, nisdomain, ip } = await ask(udhcp)
        expect([ip, hostname, nisdomain]).toEqual(['10.98.1.63', '63', undefined])
      })
    },
  )
}
