import type { Ipv4Number } from '@linbo/runtime/datagrams'
import { keepNewest } from '@linbo/runtime/keep-newest'

/** Blocks and losses of a client's transfers; older ones count for less and less. */
interface Record {
  blocks: number
  losses: number
}

const keptClients = 10_000
/** Blocks after which what was before counts half. */
const memoryBlocks = 2000
/** Fewer blocks tell nothing. */
const leastBlocks = 50

/**
 * Remembers how clients' links lose packets. After a lost block, those of the window behind it went out in vain (RFC 7440
 * section 4: the window is sent again from the gap), so a window should not be longer than the usual way between two losses.
 */
export class LossMemory {
  readonly #clients = new Map<Ipv4Number, Record>()

  /** Takes in a transfer that is over. */
  learn(client: Ipv4Number, blocks: number, losses: number): void {
    const before = this.#clients.get(client) ?? { blocks: 0, losses: 0 }
    const weight = memoryBlocks / (memoryBlocks + blocks)
    const record = {
      blocks: before.blocks * weight + blocks,
      losses: before.losses * weight + losses,
    }
    keepNewest(this.#clients, client, record, keptClients)
  }

  /** The longest window, in blocks, that suits this client's link. */
  longestWindow(client: Ipv4Number): number {
    const known = this.#clients.get(client)
    if (!known || known.losses < 1 || known.blocks < leastBlocks) return Number.POSITIVE_INFINITY
    return Math.max(1, Math.floor(known.blocks / known.losses))
  }
}
