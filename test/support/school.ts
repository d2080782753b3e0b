import {
  createFleet,
  type Fleet,
  fleetOf,
  type MachineIdentity,
  sampleStartConf,
  writeSampleImage,
} from '@linbo/simulator'
import type { Suite } from './suite.ts'

export interface School {
  machines: MachineIdentity[]
  fleet: Fleet
  close(): Promise<void>
}

/**
 * Enrols simulated machines at a suite: one group with its start.conf and an image.
 * @param network second octet of the machines' addresses in 127.0.0.0/8; test files that run at once need their own.
 */
export async function openSchool(
  suite: Suite,
  options: { count: number; network: number; imageBytes?: number; pace?: number; dhcp?: boolean },
): Promise<School> {
  const machines = fleetOf(options.count, 'lab', options.network)
  await suite.api('PUT', '/groups/lab/start-conf', sampleStartConf('lab', 'tiny'))
  await writeSampleImage(suite.linboDir, 'tiny', options.imageBytes ?? 2_000_000)
  for (const { hostname, mac, ip, group } of machines) {
    await suite.api('POST', '/hosts', { hostname, mac, ip, group, room: 'r101' })
  }
  const { tftp, rsync, dhcp, ssh } = suite.ports
  const fleet = createFleet({
    machines,
    server: {
      ip: '127.0.0.1',
      tftpPort: tftp,
      rsyncPort: rsync,
      dhcpPort: options.dhcp ? dhcp : 0,
      sshPort: ssh,
    },
    pace: options.pace ?? 0,
  })
  return { machines, fleet, close: () => fleet.powerOff() }
}
