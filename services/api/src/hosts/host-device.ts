import type { HostRow, WholeHost } from '@linbo/db'
import type { Device } from '@linbo/formats'

/** A host as devices.csv knows it. */
export function deviceOf(row: HostRow): Device {
  const { hostname, room, group, mac, ip, role, pxe, comment, reserved } = row
  return {
    ...{ hostname, room, group, mac, ip, role, pxe, comment, reserved },
    officeKey: row.office_key,
    windowsKey: row.windows_key,
    dhcpOptions: row.dhcp_options,
  }
}

/** A device as a host of a school. */
export function hostOf(device: Device, school: string): WholeHost {
  const { hostname, room, group, mac, ip, role, pxe, comment, reserved } = device
  return {
    ...{ hostname, room, group, mac, ip, role, pxe, comment, reserved, school },
    office_key: device.officeKey,
    windows_key: device.windowsKey,
    dhcp_options: device.dhcpOptions,
  }
}

/** Fields of a host with the names the API uses. */
interface ApiNames {
  officeKey?: string | undefined
  windowsKey?: string | undefined
  dhcpOptions?: string | undefined
}

/** The same fields as the database calls them. */
export function columnsOf<T extends ApiNames>(fields: T) {
  const { officeKey, windowsKey, dhcpOptions, ...same } = fields
  return {
    ...same,
    ...(officeKey === undefined ? {} : { office_key: officeKey }),
    ...(windowsKey === undefined ? {} : { windows_key: windowsKey }),
    ...(dhcpOptions === undefined ? {} : { dhcp_options: dhcpOptions }),
  }
}
