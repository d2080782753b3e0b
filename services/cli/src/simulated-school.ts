import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
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

type SettingValues = Map<string, string>

/** The effective settings of the server we talk to. */
export async function serverSettings(client: Client): Promise<SettingValues> {
  const rows = await client.all<{ name: string; value: string }>('/settings')
  return new Map(rows.map((row) => [row.name, row.value]))
}

/** Where simulated machines find the server that `client` talks to. */
export function serverAddress(client: Client, settings: SettingValues): ServerAddress {
  const port = (name: string) => Number(settings.get(name))
  const host = new URL(client.url).hostname
  return {
    ip: host === 'localhost' ? '127.0.0.1' : host,
    tftpPort: port('LINBO_TFTP_PORT'),
    rsyncPort: port('LINBO_RSYNC_PORT'),
    dhcpPort: settings.get('LINBO_DHCP') === 'full' ? port('LINBO_DHCP_PORT') : 0,
    sshPort: port('LINBO_CLIENT_SSH_PORT'),
  }
}

/** Makes the machines known: their start.conf and image where missing, and a host for each. */
export async function enrol(
  client: Client,
  settings: SettingValues,
  machines: MachineIdentity[],
  roomOf: (machine: MachineIdentity) => string,
): Promise<void> {
  const conf = `/groups/${simulated.group}/start-conf`
  const exists = await client.text('GET', conf).then(
    () => true,
    () => false,
  )
  if (!exists)
    await client.text('PUT', conf, sampleStartConf(simulated.group, simulated.image), 'text/plain')
  await ensureImage(settings.get('LINBO_DIR') ?? '')
  const rows = machines.map(({ hostname, mac, ip, group }, index) => {
    const room = roomOf(machines[index] as MachineIdentity)
    return `${room};${hostname};${group};${mac};${ip};;;;classroom-studentcomputer;;1;;;;`
  })
  const text = await client.text('POST', '/hosts/import', `${rows.join('\n')}\n`, 'text/csv')
  const { refused } = JSON.parse(text) as ImportResult
  if (refused.length > 0)
    throw new Error(`the server refused simulated hosts: ${refused[0]?.message}`)
}

/** On the server itself an image can be laid down for syncing; from afar there is none, and `sync` says so. */
async function ensureImage(linboDir: string): Promise<void> {
  const path = join(linboDir, 'images', simulated.image, `${simulated.image}.qcow2`)
  try {
    await access(join(linboDir, 'images'), constants.W_OK)
  } catch {
    return
  }
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (!exists) await writeSampleImage(linboDir, simulated.image, 16 * 1024 * 1024)
}
