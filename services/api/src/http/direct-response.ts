import type { ServerResponse } from 'node:http'

/**
 * A response whose bytes go straight to the socket: a web stream in between would cost two thirds of the speed.
 * Its own body is empty; `server.ts` sends the head and lets `send` do the rest.
 */
export class DirectResponse extends Response {
  /** Sends the body and ends or destroys `outgoing`; never rejects. */
  readonly send: (outgoing: ServerResponse) => Promise<void>

  constructor(init: ResponseInit, send: DirectResponse['send']) {
    super(null, init)
    this.send = send
  }
}
