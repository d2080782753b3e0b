import { Peer, type Route } from './peer.ts'
import type { Tree } from './tree.ts'

/** A server under test and the files it serves. */
export interface World {
  server: { address: string; port: number }
  tree: Tree
}

/** What a check works with; what it opens is closed after it. */
export interface Bench extends World {
  server: Route
  peer(own?: string, port?: number): Promise<Peer>
}

/** One thing that a TFTP server must do, or must survive. */
export interface Check {
  name: string
  /** @throws AssertionError */
  run(bench: Bench): Promise<void>
}

let performed = 0

/**
 * Runs a check from an address of its own in 127.0.0.0/8: a server may still be sending to the ports that an earlier
 * one left behind.
 */
export async function perform(check: Check, world: World): Promise<void> {
  performed++
  const own = `127.70.${performed >> 7}.${(performed & 127) + 1}`
  const server = { ...world.server, own }
  const peers: Peer[] = []
  try {
    await check.run({
      tree: world.tree,
      server,
      async peer(address, port) {
        const peer = await Peer.open(server, address, port)
        peers.push(peer)
        return peer
      },
    })
  } finally {
    await Promise.all(peers.map((peer) => peer.close()))
  }
}
