import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MachineIdentity } from '@linbo/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLan, type Lan, must, startRelay } from '../support/lan.ts'
import { createNamespace, type Namespace } from '../support/namespace.ts'
import { startOtherServer } from '../support/other-dhcp-server.ts'
import { requireTool } from '../support/require.ts'
import { type SpaceSuite, startSpaceSuite } from '../support/space-suite.ts'
import { unpackedProgram } from '../support/unpacked.ts'

const clientProgram = fileURLToPath(new URL('../support/simulated-client.ts', import.meta.url))
const [server, other] = ['10.97.1.1', '10.97.1.2']
const dhcrelay = await unpackedProgram('dhcrelay')
const firmwares = ['bios', 'uefi'] as const
type Firmware = (typeof firmwares)[number]

/** The server's own network, one behind a relay that is its router too, and one on another card of the server. */
const [near, far, second] = [1, 2, 3] as const
const gateways = { [near]: '10.97.1.254', [far]: '10.97.2.254', [second]: '10.97.3.1' }

function machineIn(net: keyof typeof gateways, firmware: Firmware): MachineIdentity {
  const isBios = firmware === 'bios'
  return {
    hostname: `${firmware}${net}`,
    mac: `52:54:00:1b:0${net}:0${isBios ? 1 : 2}`,
    ip: `10.97.${net}.${isBios ? 51 : 52}`,
    group: 'lab',
    firmware: isBios ? 'bios' : 'uefi-x64',
  }
}
const machines = ([near, far, second] as const).flatMap((net) =>
  firmwares.map((firmware) => ({ net, machine: machineIn(net, firmware) })),
)

requireTool(
  'ip',
  'dnsmasq',
  dhcrelay,
  'rsync',
  'curl',
  'grub-mknetdir',
)('machines in the networks of a school', { timeout: 120_000 }, () => {
  let folder: string
  let spaces: Namespace[]
  let lans: Record<keyof typeof gateways, Lan>
  let suiteSpace: Namespace

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-networks-'))
    spaces = []
    lans = {
      [near]: await createLan('near'),
      [far]: await createLan('far'),
      [second]: await createLan('second'),
    }
    suiteSpace = await space('suite')
    await lans[near].plug(suiteSpace, 'lan', `${server}/24`)
    await lans[second].plug(suiteSpace, 'lan2', '10.97.3.1/24')
  })
  afterEach(async () => {
    for (const one of spaces.toReversed()) await one.remove()
    for (const lan of Object.values(lans)) await lan.remove()
    await rm(folder, { recursive: true })
  })

  async function space(label: string): Promise<Namespace> {
    const made = await createNamespace(label)
    spaces.push(made)
    return made
  }

  async function startSuite(mode: string): Promise<SpaceSuite> {
    const suite = await startSpaceSuite(suiteSpace, folder, {
      LINBO_SERVER_IP: server,
      LINBO_DHCP: mode,
      LINBO_DHCP_INTERFACE: 'lan,lan2',
      LINBO_DHCP_SUBNETS: '10.97.2.0/24 router=10.97.2.254',
    })
    const rows = machines.map(
      ({ machine: { hostname, group, mac, ip } }) =>
        `r1;${hostname};${group};${mac};${ip};;;;;;1;;;;\n`,
    )
    await writeFile(join(folder, 'devices.csv'), rows.join(''))
    const { code, lines } = await suite.linbo('host', 'import', join(folder, 'devices.csv'))
    expect(code, lines.join('\n')).toBe(0)
    return suite
  }

  /** A DHCP server that gives addresses and knows nothing of LINBO. */
  async function startMain(net: typeof near | typeof second, address: string, more = '') {
    const main = await space('main')
    await lans[net].plug(main, 'lan', `${address}/24`)
    await must(main, 'ip', 'route', 'add', 'default', 'via', gateways[net])
    const hosts = machines.map(({ machine }) => `dhcp-host=${machine.mac},${machine.ip}\n`)
    const config = `dhcp-option=option:router\n${more}${hosts.join('')}`
    const place = { prefix: `10.97.${net}`, device: 'lan' }
    await startOtherServer(main, 'dnsmasq', config, join(folder, `main${net}`), place)
  }

  /** The router between the near and the far network, with a relay that passes on to these servers. */
  async function connectFar(...servers: string[]) {
    const router = await space('relay')
    await lans[near].plug(router, 'near', `${gateways[near]}/24`)
    await lans[far].plug(router, 'far', `${gateways[far]}/24`)
    await must(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    await must(suiteSpace, 'ip', 'route', 'add', '10.97.2.0/24', 'via', gateways[near])
    await startRelay(router, dhcrelay, { clients: 'far', servers: 'near' }, servers)
  }

  /** What `linbo` found, asked with these words. */
  async function findingsOf(suite: SpaceSuite, ...words: string[]) {
    const { code, lines } = await suite.linbo(...words, '--json')
    const findings: { name: string; state: string; detail: string }[] = JSON.parse(lines.join('\n'))
    return { code, findings }
  }

  /** Switches every machine on, one after the other; `steps` of each must be in its record. */
  async function bootAll(suite: SpaceSuite, steps: string[], overlay?: string) {
    for (const { net, machine } of machines) {
      const pc = await space('pc')
      await lans[net].plug(pc, 'eth0', `${machine.ip}/24`, machine.mac)
      await must(pc, 'ip', 'route', 'add', 'default', 'via', gateways[net])
      const ports = { tftpPort: 69, rsyncPort: 873, dhcpPort: 67, sshPort: 2222 }
      const to = { ip: server, broadcasts: true, ...ports, ...(overlay ? { overlay } : {}) }
      const words = [clientProgram, JSON.stringify({ machine, server: to })]
      const { lines } = await pc.run(process.execPath, ...words)
      expect(lines).toEqual(['firmware', 'grub', `linbo ready at ${machine.ip}`, 'off'])
      const told = (await suite.lastBoot(machine.hostname)).steps.map((one) => one.step)
      expect(told).toEqual(expect.arrayContaining([...steps, 'boot-file', 'kernel', 'start-conf']))
    }
  }

  it('come to LINBO in full mode: on both cards of the server, and through a relay', async () => {
    const suite = await startSuite('full')
    await connectFar(server)
    await bootAll(suite, ['firmware-ack', 'linbo-ack'])
  })

  it('come to LINBO in proxy mode beside dnsmasq: on both cards, and through a relay to both', async () => {
    const suite = await startSuite('proxy')
    expect((await suite.linbo('boot', 'build')).code).toBe(0)
    await startMain(near, other, 'dhcp-range=10.97.2.100,10.97.2.110,255.255.255.0,1h\n')
    await startMain(second, '10.97.3.2')
    await connectFar(server, other)
    await bootAll(suite, ['firmware-offer'], server)
  })

  it('are seen by the checker as what they will be', async () => {
    const suite = await startSuite('proxy')
    await startMain(near, other)
    const ask = async () => {
      const { code, findings } = await findingsOf(suite, 'dhcp', 'check', '--host', 'uefi1')
      return { code, wrong: findings.filter((one) => one.state !== 'ok').map((one) => one.detail) }
    }
    expect(await ask()).toEqual({
      code: 1,
      wrong: [
        `takes ${other} for its server (option 54), not ${server}`,
        'group (option 40) is missing, not lab',
        'host name (option 12) is missing, not uefi1',
      ],
    })
    await suite.linbo('boot', 'build')
    expect(await ask()).toEqual({ code: 0, wrong: [] })
    const { findings } = await findingsOf(suite, 'doctor')
    const stranger = findings.find((one) => one.name === 'stranger')
    expect(stranger).toMatchObject({ state: 'ok' })
    expect(stranger?.detail).toMatch(new RegExp(`reads: ${other} offers 10\\.97\\.1\\.1\\d\\d`))
  })

  it('are offered the same to a client that is not ours, which takes no lease', async () => {
    const suite = await startSuite('full')
    const words = ['dhcp', 'check', '--host', 'uefi3', '--interface', 'lan2']
    const { code, findings } = await findingsOf(suite, ...words)
    expect(code).toBe(0)
    expect(findings.at(-1)).toEqual({
      name: 'stranger',
      state: 'ok',
      detail: `npm's dhcp reads: ${server} offers 10.97.3.52, name uefi3, group lab`,
      fix: null,
    })
    expect(await suite.get('/leases')).toMatchObject({ items: [] })
  })
})
