import type { Host } from '../resources.ts'
import type { RemoteOptions } from './options.ts'

export interface ChosenHosts {
  hosts: string[]
  /** One sentence for each host that was asked for and cannot be used. */
  problems: string[]
}

/**
 * Finds the machines that linbo-remote's options mean (reference 8.2): PXE flag 1 or 2, named by host name
 * (without the school's prefix) or address, by group or by room.
 */
export function chooseHosts(options: RemoteOptions, all: Host[]): ChosenHosts {
  const { school } = options
  const inSchool = all.filter((host) => school === undefined || host.school === school)
  const isPxe = (host: Host) => host.pxe === 1 || host.pxe === 2
  if (options.hosts.length === 0) {
    const chosen = inSchool.filter(
      (host) =>
        (!options.group || host.group === options.group) &&
        (!options.room || host.room === options.room),
    )
    return { hosts: chosen.filter(isPxe).map((host) => host.hostname), problems: [] }
  }
  const hosts: string[] = []
  const problems: string[] = []
  for (const asked of options.hosts) {
    const name = asked.toLowerCase()
    const names = school === undefined ? [name] : [`${school}-${name}`, name]
    const found = inSchool.find((host) => names.includes(host.hostname) || host.ip === asked)
    if (!found) problems.push(`Host ${asked} not found!`)
    else if (!isPxe(found)) problems.push(`Skipping ${asked}, not a pxe host!`)
    else if (!hosts.includes(found.hostname)) hosts.push(found.hostname)
  }
  return { hosts, problems }
}
