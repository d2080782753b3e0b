import type { BootFile } from '@linbo/boot'
import type { BootCause } from '@linbo/bus'
import { parseDhcpStatements } from '@linbo/formats'
import { broadcastOf, contains, maskOf, parseAddress, printAddress } from './address.ts'
import type { Finding } from './lease.ts'
import { MessageType, type OptionValues, optionsOf, readOption } from './options.ts'
import { emptyPacket, type Packet } from './packet.ts'
import type { Request } from './request.ts'
import type { Subnet } from './subnet.ts'

/** What the answers say, apart from the machine. */
export interface AnswerSettings {
  /** Option 54 and next-server: LINBO clients take it for their server. */
  serverIp: string
  /** Goes into the BOOTP field sname. */
  serverName: string
  domain: string
  dns: string[]
  ntp: string[]
  netbios: string[]
  /** Where boot files are had over HTTP. */
  httpPort: number
}

/** A registered machine, as far as DHCP goes. */
export interface KnownHost {
  hostname: string
  group: string
  /** devices.csv's flag; 0 means no LINBO. */
  pxe: number
  /** Extra ISC dhcpd statements; some of them are followed. */
  dhcp_options?: string
}

/** The machine as seen from one network: where it is, who it is, which address it would get there. */
export interface Place {
  subnet: Subnet
  host: KnownHost | undefined
  finding: Finding
}

export type Answer =
  | {
      kind: 'offer' | 'ack'
      packet: Packet
      /** Undefined where no address is given: DHCPINFORM and proxy answers. */
      ip: string | undefined
      leaseSeconds: number
      bootFile: string | undefined
      /** One line for people. */
      detail: string
      warnings: string[]
    }
  | Refusal
  | ({ kind: 'ignore' } & Silence)

export interface Refusal {
  kind: 'nak'
  packet: Packet
  reason: string
}

/** Why a machine hears nothing from us. */
export interface Silence {
  reason: string
  isWarning: boolean
  /** What stops a boot, and what that is about. */
  cause?: BootCause
  about?: string | undefined
}

/** Seconds an address is given for: long for registered machines, short for passers-by. */
export const leaseSeconds = { registered: 172_800, unknown: 600 }

/** The name that tells LINBO it is not registered. */
const unknownName = 'pxeclient'

/** What full mode answers from one network to a discover, request or inform (RFC 2131 4.3). */
export function answer(request: Request, place: Place, settings: AnswerSettings): Answer {
  const { finding, subnet } = place
  if (request.wish === 'discover') {
    if (finding.kind === 'none') {
      const isWarning = finding.isWarning || !!place.host
      return { ...ignore(finding.reason, isWarning), cause: 'pool-exhausted', about: subnet.name }
    }
    return grant('offer', request, place, finding.ip, settings)
  }
  if (request.wish === 'inform') return grant('ack', request, place, undefined, settings)
  if (request.wish === 'accept') {
    if (finding.kind === 'none' || finding.record !== 'this') {
      return ignore('a request for no address')
    }
    return grant('ack', request, place, finding.ip, settings)
  }
  const asked = request.address
  const number = parseAddress(asked ?? '')
  if (asked === undefined || number === undefined) return ignore('a request for no address')
  if (!contains(subnet.network, number)) {
    return refuse(request, `${asked} does not belong to ${subnet.name}`, settings)
  }
  const isRight = finding.kind === 'address' && finding.ip === asked
  if (isRight && (finding.record === 'this' || request.wish !== 'reboot')) {
    return grant('ack', request, place, asked, settings)
  }
  // Only of machines we have a record of do we know that they are wrong (RFC 2131 4.3.2).
  if (request.wish !== 'select' && finding.record === 'nothing') {
    return ignore(`no record of ${asked} for this machine`)
  }
  const right = finding.kind === 'address' ? finding.ip : finding.reason
  return refuse(request, `${asked} is not this machine's address: ${right}`, settings)
}

/** How a machine is told its boot file: the path for TFTP, else a URL. */
export function bootName(
  { path, via }: BootFile,
  { serverIp, httpPort }: Pick<AnswerSettings, 'serverIp' | 'httpPort'>,
): string {
  return via === 'http' ? `http://${serverIp}:${httpPort}/${path}` : path
}

function grant(
  kind: 'offer' | 'ack',
  request: Request,
  { subnet, host, finding }: Place,
  ip: string | undefined,
  settings: AnswerSettings,
): Answer {
  const warnings: string[] = []
  const safe = (what: string, value: string) => {
    if (isSafe(value)) return value
    warnings.push(`${what} "${value}" is not sent: LINBO would read it as "bad"`)
    return undefined
  }
  if (finding.kind === 'address' && finding.warning) warnings.push(finding.warning)
  const hostName = host ? safe('host name', host.hostname) : unknownName
  const group = host && host.pxe !== 0 ? safe('group', host.group) : undefined
  const domain = safe('domain', settings.domain)
  const seconds = host ? leaseSeconds.registered : leaseSeconds.unknown
  const isAsked = (code: number) => request.wants?.has(code) ?? true
  const own = parseDhcpStatements(host?.dhcp_options ?? '')
  const usual = request.bootFile && bootName(request.bootFile, settings)
  const bootFile = request.isHttpBoot ? usual : (own.filename ?? usual)
  const nextServer = own.nextServer ?? subnet.nextServer ?? settings.serverIp
  const dns = own.dns ? [own.dns] : (subnet.dns ?? settings.dns)
  const router = own.router ?? subnet.router
  const packet = reply(request, settings, bootFile, {
    messageType: kind === 'offer' ? MessageType.offer : MessageType.ack,
    serverIdentifier: identity(request, settings),
    leaseTime: ip ? seconds : undefined,
    subnetMask: printAddress(maskOf(subnet.network)),
    router: router ? [router] : undefined,
    // Names and group go out whether asked for or not: GRUB reads them from the firmware's answer, and
    // many firmwares do not ask for them.
    hostName,
    nisDomain: group,
    extensionsPath: group,
    dns: some(dns),
    domain,
    broadcast: printAddress(broadcastOf(subnet.network)),
    renewalTime: ip ? seconds / 2 : undefined,
    rebindingTime: ip ? (seconds * 7) / 8 : undefined,
    ...bootNames(request, nextServer, bootFile),
    // UEFI takes no HTTP boot offer without it.
    vendorClass: request.isHttpBoot ? 'HTTPClient' : undefined,
    clientGuid: request.isPxe ? readOption(request.packet.options, 'clientGuid') : undefined,
    ntp: isAsked(42) ? some(settings.ntp) : undefined,
    netbios: isAsked(44) ? some(settings.netbios) : undefined,
    clientId: readOption(request.packet.options, 'clientId'),
  })
  packet.yiaddr = ip ?? '0.0.0.0'
  packet.siaddr = nextServer
  const boot = request.class === 'firmware' ? (bootFile ?? whyNoBootFile(request)) : undefined
  const detail = [
    ip ?? request.address,
    hostName,
    group && `group ${group}`,
    host && host.pxe === 0 && 'PXE flag 0, so no group',
    boot,
  ]
  return {
    kind,
    packet,
    ip,
    leaseSeconds: seconds,
    bootFile,
    detail: detail.filter(Boolean).join(', '),
    warnings,
  }
}

/** A refusal (RFC 2131 4.3.2): the client starts again from the beginning. */
export function refuse(request: Request, reason: string, settings: AnswerSettings): Refusal {
  const packet: Packet = {
    ...emptyPacket,
    op: 'reply',
    xid: request.packet.xid,
    // A relay must broadcast a refusal: the client may not have the address (RFC 2131 4.3.2).
    broadcast: request.packet.broadcast || request.isRelayed,
    giaddr: request.packet.giaddr,
    chaddr: request.packet.chaddr,
    options: optionsOf({
      messageType: MessageType.nak,
      serverIdentifier: identity(request, settings),
      message: reason,
      clientId: readOption(request.packet.options, 'clientId'),
      relayAgent: readOption(request.packet.options, 'relayAgent'),
    }),
  }
  return { kind: 'nak', packet, reason }
}

/**
 * Option 54. A relay may want itself there (RFC 5107), but LINBO takes that address for its server, and boot code may
 * take it for the TFTP server: both are told the truth.
 */
function identity(request: Request, settings: AnswerSettings): string {
  const isFree = request.class === 'other'
  return (isFree ? request.serverOverride : undefined) ?? settings.serverIp
}

/** The fields that every answer to a machine has. */
export function reply(
  request: Request,
  settings: AnswerSettings,
  bootFile: string | undefined,
  options: OptionValues,
): Packet {
  const { xid, broadcast, giaddr, chaddr, ciaddr } = request.packet
  const relayAgent = readOption(request.packet.options, 'relayAgent')
  return {
    ...emptyPacket,
    op: 'reply',
    xid,
    broadcast,
    ciaddr: request.wish === 'discover' ? '0.0.0.0' : ciaddr,
    siaddr: settings.serverIp,
    giaddr,
    chaddr,
    sname: settings.serverName,
    file: bootFile ?? '',
    options: optionsOf({ ...options, relayAgent }),
  }
}

/** Options 66 and 67, for those who want them. @param server where boot files are loaded from */
export function bootNames(
  request: Request,
  server: string,
  bootFile: string | undefined,
): OptionValues {
  return {
    tftpServerName: request.wants?.has(66) ? server : undefined,
    bootFile: request.isHttpBoot || request.wants?.has(67) ? bootFile : undefined,
  }
}

export function whyNoBootFile(request: Request): string {
  return `no boot file for client architecture ${request.arch ?? '(none)'} (${request.firmware})`
}

/** The characters BusyBox's udhcpc leaves alone; without blanks, which would break LINBO's environment. */
function isSafe(name: string): boolean {
  return /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(name) && name.length <= 63
}

function some<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined
}

export function ignore(reason: string, isWarning = false): { kind: 'ignore' } & Silence {
  return { kind: 'ignore', reason, isWarning }
}
