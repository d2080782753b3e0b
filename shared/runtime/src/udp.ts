import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import { LinboError, toLinboError } from './errors.ts'
import { portHolder } from './port-holder.ts'

export interface UdpOptions {
  /** 0 picks a free port. */
  port: number
  address?: string
  /** Network interface that alone is heard and used, whatever the routes say (Linux 5.7 for users other than root). */
  device?: string
  reuseAddr?: boolean
  reusePort?: boolean
  broadcast?: boolean
  /** Socket receive/send buffer sizes in bytes. */
  recvBufferSize?: number
  sendBufferSize?: number
  /** Named in errors: `TFTP`. */
  purpose: string
  /** The setting to change when the port cannot be bound: `LINBO_TFTP_PORT`. */
  setting?: string
  onMessage(bytes: Uint8Array, from: RemoteInfo): void
  /** Errors after binding, such as ECONNREFUSED on a connected socket. They never stop the process. */
  onError?(error: Error): void
}

export interface UdpSocket {
  readonly port: number
  readonly address: string
  readonly socket: Socket
  send(bytes: Uint8Array, port: number, address: string): Promise<void>
  close(): Promise<void>
}

/**
 * The only place a UDP socket is created. The error listener is there before anything else, so an
 * ICMP answer to one client cannot take the process down.
 * @throws LinboError `UDP_PORT` naming the port and the setting to change.
 */
export async function openUdp(options: UdpOptions): Promise<UdpSocket> {
  const { port, address } = options
  const place = options.device
    ? { fd: await onDevice(options, options.device) }
    : { port, ...(address ? { address } : {}) }
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: options.reuseAddr ?? false,
    reusePort: options.reusePort ?? false,
    lookup: resolveAddress,
    ...(options.recvBufferSize ? { recvBufferSize: options.recvBufferSize } : {}),
    ...(options.sendBufferSize ? { sendBufferSize: options.sendBufferSize } : {}),
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close()
      reject(portError(error, 'UDP', options))
    })
    socket.bind(place, resolve)
  })
  socket.removeAllListeners('error')
  socket.on('error', (error) => options.onError?.(error))
  socket.on('message', (bytes, from) => options.onMessage(bytes, from))
  if (options.broadcast) socket.setBroadcast(true)
  const bound = socket.address()
  let closed: Promise<void> | undefined
  return {
    port: bound.port,
    address: bound.address,
    socket,
    send: (bytes, port, address) =>
      new Promise((resolve, reject) => {
        if (closed)
          return reject(new LinboError('UDP_CLOSED', `${options.purpose} socket is closed`))
        socket.send(bytes, port, address, (error) => (error ? reject(error) : resolve()))
      }),
    close: () => {
      closed ??= new Promise((resolve) => socket.close(() => resolve()))
      return closed
    },
  }
}

/** Loaded only where it is needed, because it calls the C library. */
async function onDevice(options: UdpOptions, device: string): Promise<number> {
  const { openOnDevice } = await import('./datagrams/device.ts')
  const { port, address = '0.0.0.0', reuseAddr = false, purpose, setting } = options
  const named = { purpose, ...(setting ? { setting } : {}) }
  return openOnDevice({ device, port, address, reuseAddr, ...named })
}

type Lookup = NonNullable<SocketOptions['lookup']>

/** dns.lookup answers a tick later even for an address, which would delay every packet that is sent. */
const resolveAddress: Lookup = (name, options, done) => {
  if (isIP(name) === 4) done(null, name, 4)
  else lookup(name, options, done)
}

/** One wording for every port that cannot be bound, UDP or TCP. */
export function portError(
  error: unknown,
  kind: 'UDP' | 'TCP',
  options: { port: number; address?: string; purpose: string; setting?: string },
): LinboError {
  const errno = (error as NodeJS.ErrnoException).code
  const setting = options.setting ?? 'the port setting'
  const doing = `${options.purpose} cannot listen on ${kind} port ${options.port}`
  if (errno === 'EADDRINUSE') {
    const holder = portHolder(kind, options.port) ?? 'another program'
    const find = holder.includes('process')
      ? ''
      : ` Find it with: ss -lnp${kind === 'UDP' ? 'u' : 't'} 'sport = :${options.port}'`
    return new LinboError(`${kind}_PORT`, `${doing}: ${holder} holds it`, {
      fix: `Stop it, or set ${setting} to another port.${find}`,
      cause: error,
    })
  }
  if (errno === 'EACCES') {
    return new LinboError(
      `${kind}_PORT`,
      `${doing}: ports below 1024 need a right this user lacks`,
      {
        fix: `Run as root, grant CAP_NET_BIND_SERVICE, or set ${setting} to a higher port.`,
        cause: error,
      },
    )
  }
  if (errno === 'EADDRNOTAVAIL') {
    return new LinboError(
      `${kind}_PORT`,
      `${doing}: this machine has no address ${options.address}`,
      {
        fix: 'Set LINBO_LISTEN to an address of this machine, or to 0.0.0.0.',
        cause: error,
      },
    )
  }
  return toLinboError(error, `${kind}_PORT`, doing, `Check ${setting}.`)
}
