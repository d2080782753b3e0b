import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unpackedProgram } from '../support/unpacked.ts'
import { createLab, imageName, type Lab } from './lab/lab.ts'
import type { Firmware } from './lab/machine.ts'
import { startConf } from './lab/start-conf.ts'

const firmwares: { firmware: Firmware; mac: string; lastByte: number }[] = [
  { firmware: 'uefi', mac: '52:54:00:77:01:01', lastByte: 51 },
  { firmware: 'bios', mac: '52:54:00:77:01:02', lastByte: 52 },
]
const output = resolve(import.meta.dirname, '../.output')

let folder: string
let lab: Lab

beforeEach(async () => {
  await mkdir(output, { recursive: true })
  folder = await mkdtemp(join(tmpdir(), 'linbo-networks-'))
})
afterEach(async () => {
  await lab?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A host for each firmware, in the network with this prefix. */
async function addHosts(prefix: string) {
  await lab.api.putText('/groups/vm/start-conf', startConf('vm', imageName))
  for (const { firmware, mac, lastByte } of firmwares) {
    const host = { hostname: `net-${firmware}`, mac, group: 'vm', room: 'lab' }
    await lab.api.post('/hosts', { ...host, ip: `${prefix}.${lastByte}` })
  }
}

/** Switches both on; resolves when both say which machine they are, with their group. */
async function bootBoth(bridge?: string): Promise<string[]> {
  return Promise.all(
    firmwares.map(async ({ firmware, mac }) => {
      const name = `net-${firmware}`
      const machine = await lab.powerOn({ name, firmware, mac, ...(bridge ? { bridge } : {}) })
      try {
        const [line] = await machine.serial.waitFor(/^READY \S+ \S+ group \S+/m, 200_000)
        return line
      } finally {
        await writeFile(join(output, `${name}.serial.log`), machine.serial.text())
      }
    }),
  )
}

describe('machines in networks that are not ours alone', () => {
  it('come to LINBO in proxy mode beside a dnsmasq that knows nothing of it', async () => {
    lab = await createLab(output, () => ({ LINBO_DHCP: 'proxy' }))
    const { prefix } = lab.network
    await addHosts(prefix)
    const main = await lab.network.addNeighbour('dhcp', [
      { bridge: 'br0', address: `${prefix}.2/24` },
    ])
    main.start({
      command: 'dnsmasq',
      args: [
        ...['--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--port=0'],
        ...['--user=root', `--dhcp-leasefile=${join(folder, 'leases')}`, '--interface=eth0'],
        `--pid-file=${join(folder, 'pid')}`,
        `--dhcp-range=${prefix}.60,${prefix}.90,1h`,
        ...firmwares.map(({ mac, lastByte }) => `--dhcp-host=${mac},${prefix}.${lastByte}`),
      ],
      debianPackage: 'dnsmasq-base',
    })
    expect(await bootBoth()).toEqual(
      firmwares.map(
        ({ firmware, lastByte }) => `READY net-${firmware} ${prefix}.${lastByte} group vm`,
      ),
    )
  })

  it.runIf(process.env.LINBO_VM_RELAY)('come to LINBO in full mode through a relay', async () => {
    const { path: dhcrelay } = await unpackedProgram('dhcrelay')
    if (!dhcrelay) throw new Error('dhcrelay cannot be had: see above')
    lab = await createLab(output, ({ prefix }) => ({
      LINBO_DHCP_SUBNETS: `${farOf(prefix)}.0/24 router=${farOf(prefix)}.254`,
    }))
    const { prefix, serverIp } = lab.network
    const far = farOf(prefix)
    await addHosts(far)
    await lab.network.addBridge('br1')
    const relay = await lab.network.addNeighbour('relay', [
      { bridge: 'br1', address: `${far}.254/24` },
      { bridge: 'br0', address: `${prefix}.254/24` },
    ])
    await relay.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
    const route = ['route', 'add', `${far}.0/24`, 'via', `${prefix}.254`]
    const added = lab.network.start({ command: 'ip', args: route, debianPackage: 'iproute2' })
    expect(await added.exited).toBe(0)
    relay.start({
      command: dhcrelay,
      args: ['-4', '-d', '-a', '-id', 'eth0', '-iu', 'eth1', serverIp],
    })
    expect(await bootBoth('br1')).toEqual(
      firmwares.map(
        ({ firmware, lastByte }) => `READY net-${firmware} ${far}.${lastByte} group vm`,
      ),
    )
  })
})

const farOf = (prefix: string) => prefix.replace('10.77.', '10.79.')
