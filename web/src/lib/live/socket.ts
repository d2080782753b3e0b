import type { BusEvent } from '@linbo/bus'

export type Message = BusEvent | { type: 'stream.gap' }

export interface SocketHandlers {
  onMessage(message: Message): void
  /** The stream runs. */
  onOpen(): void
  /** The stream broke; another try follows by itself. */
  onLost(attempt: number): void
}

const firstDelay = 500
const longestDelay = 10_000

/** How long to wait before the `attempt`-th try, in ms; the spread keeps many browsers from coming back at once. */
export function backoff(attempt: number, random: number): number {
  return Math.min(longestDelay, firstDelay * 1.8 ** attempt) * (0.75 + random / 2)
}

/** One WebSocket to the event stream that comes back by itself and asks for what it missed. */
export class EventSocket {
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #closed = false
  /** Id of the last event that arrived. */
  lastId: number
  readonly #handlers: SocketHandlers

  constructor(since: number, handlers: SocketHandlers) {
    this.lastId = since
    this.#handlers = handlers
    this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  /** Breaks the connection and tries again now: it looks alive but nothing comes through. */
  restart(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const old = this.#socket
    this.#socket = undefined
    old?.close()
    this.#connect()
  }

  #connect(): void {
    const address = new URL(`/api/v1/events?since=${this.lastId}`, location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address)
    this.#socket = socket
    socket.onopen = () => {
      if (socket !== this.#socket) return
      this.#attempt = 0
      this.#handlers.onOpen()
    }
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return
      const message = JSON.parse(String(data)) as Message
      if ('id' in message) this.lastId = Math.max(this.lastId, message.id)
      this.#handlers.onMessage(message)
    }
    socket.onclose = () => {
      if (this.#closed || socket !== this.#socket) return
      this.#handlers.onLost(this.#attempt)
      this.#timer = setTimeout(() => this.#connect(), backoff(this.#attempt, Math.random()))
      this.#attempt += 1
    }
  }
}
