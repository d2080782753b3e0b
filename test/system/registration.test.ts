import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, fleetOf, type SimulatedClient } from '@linbo/simulator'
import { readUploadPassword } from '@linbo/ssh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSchool, type School } from '../support/school.ts'
import { modes, type Suite, startSuite } from '../support/suite.ts'

interface Page<T> {
  items: T[]
}
interface RegistrationJson {
  id: string
  state: string
  hostname: string
  mac: string
  from: string
}

describe.each(modes)('new machines, %s', (mode) => {
  let suite: Suite
  let school: School
  const clients: SimulatedClient[] = []
  const network = mode === 'one process' ? 95 : 96
  const dhcp = {
    LINBO_DHCP: 'full',
    LINBO_DHCP_INTERFACE: 'lo',
    LINBO_DHCP_SUBNETS: `127.${network}.0.0/16 pool=127.${network}.9.1-127.${network}.9.99`,
  }
  /** A machine that nobody knows, at the wire. */
  const stranger = (number: number): SimulatedClient => {
    const { tftp, rsync, dhcp, ssh } = suite.ports
    const client = createClient({
      machine: {
        ...{ hostname: `new${number}`, group: '', firmware: 'uefi-x64' },
        mac: `52:54:00:${network.toString(16)}:ff:0${number}`,
        ip: `127.${network}.200.${number}`,
      },
      server: {
        ...{ ip: '127.0.0.1', tftpPort: tftp, rsyncPort: rsync, dhcpPort: dhcp, sshPort: ssh },
      },
      pace: 0,
      isNew: true,
    })
    clients.push(client)
    return client
  }
  const stepsOf = async (mac: string) => {
    const { items } = await suite.api<Page<{ host: string | null; steps: { step: string }[] }>>(
      'GET',
      `/boots?mac=${mac}`,
    )
    const [newest] = items
    return { host: newest?.host, steps: newest?.steps.map((one) => one.step) ?? [] }
  }

  beforeAll(async () => {
    suite = await startSuite(mode, dhcp)
    school = await openSchool(suite, { count: 2, network, dhcp: true })
  }, 90_000)
  afterAll(async () => {
    for (const client of clients) await client.powerOff()
    await school?.close()
    await suite?.stop()
  })

  it('register from their own screen, wait, are approved, and boot as themselves', async () => {
    const client = stranger(1)
    await client.boot()
    expect(client.machine).toMatchObject({ hostname: 'pxeclient', group: '' })
    expect(client.machine.ip).toMatch(new RegExp(`^127\\.${network}\\.9\\.`))

    const { password } = await readUploadPassword(suite.dataDir)
    const wanted = `127.${network}.3.7`
    expect(await client.register([password, 'r204', 'r204-pc07', wanted, 'lab'])).toBe(0)
    await suite.event((event) => event.type === 'registration.created' && event.state === 'pending')
    const waiting = await suite.api<Page<RegistrationJson>>('GET', '/registrations?state=pending')
    expect(waiting.items).toMatchObject([
      { hostname: 'r204-pc07', mac: client.machine.mac, from: client.machine.ip },
    ])
    const line = `r204;r204-pc07;lab;${client.machine.mac};${wanted};;;;classroom-studentcomputer;;1\n`
    expect(await readFile(join(suite.linboDir, 'last_registered'), 'utf8')).toBe(line)

    const listed = await suite.cli('linbo', 'registration', 'list')
    expect(listed.out).toContain('r204-pc07')
    const approved = await suite.cli('linbo', 'registration', 'approve', 'r204-pc07')
    expect(approved).toMatchObject({ code: 0, err: '' })
    await suite.event((event) => event.type === 'registration.decided')

    await client.boot()
    expect(client.machine).toMatchObject({ hostname: 'r204-pc07', group: 'lab', ip: wanted })
    await expect
      .poll(() => stepsOf(client.machine.mac))
      .toMatchObject({ host: 'r204-pc07', steps: expect.arrayContaining(['start-conf', 'ready']) })
    await suite.event(
      (event) =>
        event.type === 'host.status' && event.host === 'r204-pc07' && event.status === 'linbo',
    )
    const shown = await suite.cli('linbo', 'host', 'hardware', 'r204-pc07')
    expect(shown.out).toContain('Simulated PC')
  }, 60_000)

  it('are found by their boot, adopted with what is proposed, and boot as their new selves', async () => {
    const client = stranger(2)
    await client.boot()
    const { mac } = client.machine
    await expect
      .poll(
        async () =>
          (await suite.api<Page<{ mac: string }>>('GET', '/unknown-machines')).items.find(
            (one) => one.mac === mac,
          ),
        { timeout: 15_000 },
      )
      .toMatchObject({ firmware: 'uefi-x64', boots: 1, hidden: false })
    const logs = `/unknown-machines/${mac}/logs/linbo.log`
    const text = await suite.api<{ lines: { text: string }[] }>('GET', logs)
    expect(text.lines.map((one) => one.text).join('\n')).toContain('init begin')

    const adopted = await suite.cli('linbo', 'host', 'adopt', mac, '--room', 'r204')
    expect(adopted).toMatchObject({ code: 0, err: '' })
    const unknown = await suite.api<Page<{ mac: string }>>('GET', '/unknown-machines')
    expect(unknown.items.map((one) => one.mac)).not.toContain(mac)

    await client.boot()
    expect(client.machine).toMatchObject({ hostname: 'r204-pc08', group: 'lab' })
    expect(client.machine.ip).toBe(`127.${network}.3.8`)
    await expect
      .poll(() => stepsOf(mac))
      .toMatchObject({ host: 'r204-pc08', steps: expect.arrayContaining(['start-conf', 'ready']) })
  }, 60_000)

  it('are approved by rule when there is one, and nothing of their password is kept', async () => {
    await suite.api('PUT', '/registrations/rules', {
      enabled: true,
      rules: [{ rooms: 'r1*', subnet: `127.${network}.0.0/16` }],
    })
    const client = stranger(3)
    await client.boot()
    const { password } = await readUploadPassword(suite.dataDir)
    expect(await client.register([password, 'r102', 'r102-pc01', 'DHCP', 'lab'])).toBe(0)
    await suite.event(
      (event) => event.type === 'registration.decided' && event.hostname === 'r102-pc01',
    )
    await client.boot()
    expect(client.machine).toMatchObject({ hostname: 'r102-pc01', group: 'lab' })
    const { hits } = await suite.api<{ hits: object[] }>('GET', `/logs?search=${password}`)
    expect(hits).toEqual([])
    const audit = await suite.api<Page<{ who: string; action: string }>>('GET', '/audit')
    expect(audit.items).toContainEqual(
      expect.objectContaining({ who: 'rule 1', action: 'registration.approve' }),
    )
  }, 60_000)

  it('are counted on from, and machines of the fleet tell what they are made of', async () => {
    const [first] = fleetOf(1, 'lab', network)
    await school.fleet.boot(2)
    const found = await suite.cli('linbo', 'inventory', '--search', 'simulated', '--json')
    const hosts = JSON.parse(found.out) as { hostname: string; hardware: { cpu: object } }[]
    expect(hosts.map((one) => one.hostname)).toEqual(
      expect.arrayContaining(['sim001', 'sim002', 'r204-pc08']),
    )
    expect(hosts[0]?.hardware.cpu).toMatchObject({ cores: 2, threads: 4 })
    const log = await suite.cli('linbo', 'host', 'log', first?.hostname ?? '', '--search', 'init')
    expect(log.out).toContain('init begin')
  }, 60_000)
})
