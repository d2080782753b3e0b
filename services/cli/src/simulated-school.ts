import { lookup } from 'node:dns/promises'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import {
  type MachineIdentity,
  type ServerAddress,
  sampleStartConf,
  writeSampleImage,
} from '@linbo/simulator'
import type { Client } from './client.ts'
import type { ImportResult } from './resources.ts'

/** The group and the image of simulated machines. */
export const simulated = { group: 'simulated', image: 'simulated' } as const

const imageBytes = 16 * 1024 * 1024
/** Requests under way at a time. */
const atOnce = 16

type SettingValues = Map<string, string>

/** The effective settings of the server we talk to. */
export async function serverSettings(client: Client): Promise<SettingValues> {
  const rows = await client.all<{ name: string; value: string }>('/settings')
  return new Map(rows.map((row) => [row.name, row.value]))
}

/** Where simulated machines find the server that `client` talks to. */
export async function serverAddress(
  client: Client,
  settings: SettingValues,
): Promise<ServerAddress> {
  const port = (name: string) => {
    const value = settings.get(name)
    if (value) return Number(value)
    throw new LinboError('SETTING_UNTOLD', `the server does not tell its ${name}`, {
      fix: 'The service that has this setting must run: `linbo status`.',
    })
  }
  const { address } = await lookup(new URL(client.url).hostname, { family: 4 })
  return {
    ip: address,
    tftpPort: port('LINBO_TFTP_PORT'),
    rsyncPort: port('LINBO_RSYNC_PORT'),
    dhcpPort: servesSimulated(settings) ? port('LINBO_DHCP_PORT') : 0,
    sshPort: port('LINBO_CLIENT_SSH_PORT'),
    wakePort: port('LINBO_REMOTE_WAKE_PORT'),
  }
}

/** Simulated machines ask by DHCP only where their network is served; elsewhere nobody would answer them. */
function servesSimulated(settings: SettingValues): boolean {
  const isFull = settings.get('LINBO_DHCP') === 'full'
  return isFull && (settings.get('LINBO_DHCP_SUBNETS') ?? '').includes('127.77.0.0/16')
}

/** Makes the machines known: their start.conf and image where missing, and a host for each. */
export async function enrol(
  client: Client,
  settings: SettingValues,
  machines: MachineIdentity[],
  roomOf: (machine: MachineIdentity) => string,
): Promise<void> {
  const conf = `/groups/${simulated.group}/start-conf`
  if (!(await isThere(client.text('GET', conf))))
    await client.text('PUT', conf, sampleStartConf(simulated.group, simulated.image), 'text/plain')
  await ensureImage(settings.get('LINBO_DIR') ?? '')
  const rows = machines.map((machine) => {
    const { hostname, mac, ip, group } = machine
    return `${roomOf(machine)};${hostname};${group};${mac};${ip};;;;classroom-studentcomputer;;1;;;;`
  })
  const text = await client.text('POST', '/hosts/import', `${rows.join('\n')}\n`, 'text/csv')
  const { refused } = JSON.parse(text) as ImportResult
  if (refused[0]) {
    throw new LinboError('SIM_REFUSED', `the server refused a machine: ${refused[0].message}`, {
      fix: 'Remove the host that has its name, MAC or address.',
    })
  }
  await forgetKeys(client, machines)
}

/** Every run has SSH host keys of its own; the server pinned those of the run before. */
async function forgetKeys(client: Client, machines: MachineIdentity[]): Promise<void> {
  const waiting = [...machines]
  const work = async () => {
    for (let machine = waiting.shift(); machine; machine = waiting.shift())
      await isThere(client.request('DELETE', `/hosts/${machine.hostname}/known-key`))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, machines.length) }, work))
}

/** False when the server says there is no such thing. */
async function isThere(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    if (/_UNKNOWN$/.test((error as { code?: string }).code ?? '')) return false
    throw error
  }
}

/** On the server itself an image can be laid down for syncing; from afar there is none, and `sync` says so. */
async function ensureImage(linboDir: string): Promise<void> {
  const images = join(linboDir, 'images')
  const path = join(images, simulated.image, `${simulated.image}.qcow2`)
  const may = (what: string, how: number) =>
    access(what, how).then(
      () => true,
      () => false,
    )
  if ((await may(images, constants.W_OK)) && !(await may(path, constants.F_OK)))
    await writeSampleImage(linboDir, simulated.image, imageBytes)
}
