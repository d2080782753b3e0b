import {
  type Arrival,
  DatagramSocket,
  type Destination,
  type Ipv4Number,
  place,
} from '@linbo/runtime/datagrams'
import { ErrorCode, encode, Opcode } from './packet.ts'

/** Takes what a client sends to its transfer. */
export interface Receiver {
  receive(bytes: Uint8Array): void
}

/** A client's address and port as one number. */
export type ClientKey = number

export function clientKey(client: { address: Ipv4Number; port: number }): ClientKey {
  return client.address * 0x1_0000 + client.port
}

/** How many ports transfers are spread over. Few, because each costs system calls of its own. */
const mostPorts = 8
/** How long a client may still send to a transfer that is over without being called a stranger. */
const lingerMs = 10_000

/**
 * A port that transfers run on (RFC 1350 section 4: the server's TID). Many clients share one, told apart by their
 * own address and port; a client never has two transfers on the same port.
 */
export class TransferPort {
  readonly socket: DatagramSocket
  /** Transfers, and when those ended that are over. */
  readonly #clients = new Map<ClientKey, Receiver | number>()

  constructor(socket: DatagramSocket) {
    this.socket = socket
  }

  has(client: ClientKey): boolean {
    return this.#clients.has(client)
  }

  add(client: ClientKey, receiver: Receiver): void {
    this.#clients.set(client, receiver)
  }

  end(client: ClientKey, now: number): void {
    this.#clients.set(client, now)
  }

  /** Hands over what came. */
  receive(): void {
    this.socket.receive((arrival) => {
      const known = this.#clients.get(clientKey(arrival))
      if (known === undefined) this.#refuseStranger(arrival)
      else if (typeof known !== 'number') known.receive(arrival.bytes)
    })
  }

  /** Sends an ERROR outside any transfer. */
  refuse({ address, port, local }: Destination, code: number, message: string): void {
    const bytes = encode({ op: 'error', code, message })
    const to = { address, port, local }
    this.socket.outbox.add(to, place(bytes), 0, bytes.length, bytes.length)
  }

  /** RFC 1350 section 4: who does not belong here is told so. An ERROR is never answered. */
  #refuseStranger(arrival: Arrival): void {
    if (arrival.bytes[0] === 0 && arrival.bytes[1] === Opcode.error) return
    this.refuse(arrival, ErrorCode.unknownTransfer, 'this port serves another client')
  }

  /** Forgets clients whose transfer has long been over. */
  sweep(now: number): void {
    for (const [client, known] of this.#clients) {
      if (typeof known === 'number' && now - known > lingerMs) this.#clients.delete(client)
    }
  }
}

/** The ports of all transfers, opened as they are needed. */
export class TransferPorts {
  readonly #address: string
  readonly #bufferBytes: number
  readonly #ports: TransferPort[] = []
  #next = 0

  constructor(address: string, bufferBytes: number) {
    this.#address = address
    this.#bufferBytes = bufferBytes
  }

  get all(): readonly TransferPort[] {
    return this.#ports
  }

  /**
   * A port for a new transfer, another than the client's last ones.
   * @throws LinboError `UDP_PORT`
   */
  take(client: ClientKey): TransferPort {
    if (this.#ports.length < mostPorts) return this.#open()
    let port = this.#following()
    for (let tries = 1; tries < mostPorts && port.has(client); tries++) port = this.#following()
    return port
  }

  close(): void {
    for (const port of this.#ports.splice(0)) port.socket.close()
  }

  #following(): TransferPort {
    return this.#ports[this.#next++ % mostPorts] as TransferPort
  }

  #open(): TransferPort {
    const options = { address: this.#address, port: 0, bufferBytes: this.#bufferBytes }
    const port = new TransferPort(new DatagramSocket({ ...options, purpose: 'TFTP transfer' }))
    this.#ports.push(port)
    return port
  }
}
