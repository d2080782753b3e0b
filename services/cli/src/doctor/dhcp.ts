import { randomBytes } from 'node:crypto'
import { overlayServer } from '@linbo/boot'
import type { LinboError } from '@linbo/runtime'
import type { Status } from '../resources.ts'
import { doubtful, type Finding } from './check.ts'
import { addressToAskFrom, askers, askForOffers } from './dhcp-ask.ts'
import { type Expected, judgeOffers } from './dhcp-judge.ts'
import { askAsStranger } from './dhcp-stranger.ts'

export interface DhcpCheck {
  status: Status
  /** LINBO_DIR on this machine. */
  linboDir: string
  /** Network card to ask through; the one with the server's address when undefined. */
  device?: string | undefined
  /** Ends the waiting. */
  signal: AbortSignal
  /** The host to ask as; a machine nobody knows when undefined. */
  host?: (NonNullable<Expected['host']> & { mac: string }) | undefined
}

const waitMs = 5000

/**
 * Asks the network for offers as a machine on its way to LINBO would, and judges them; then once more with a client
 * that is not ours. Takes no lease.
 */
export async function checkDhcp(check: DhcpCheck): Promise<Finding[]> {
  const { status, linboDir, device, host, signal } = check
  const expected: Expected = {
    ...expectedOf(status),
    overlay: await overlayServer(linboDir).catch(() => undefined),
    host,
  }
  const from = addressToAskFrom(device, status.serverIp)
  const mac = host?.mac ?? unknownMac()
  const offers = await askForOffers(from, mac, waitMs, signal)
  const server = expected.mode === 'full' ? expected.server : undefined
  return [
    ...askers.flatMap((asker) => judgeOffers(asker, offers[asker], expected)),
    await askAsStranger({ from, mac, server, waitMs }, signal),
  ]
}

/** The same for the doctor, who asks where our own service answers, and goes on when he cannot. */
export async function examineDhcp(check: DhcpCheck): Promise<Finding[]> {
  const { server, mode } = expectedOf(check.status)
  if (mode === 'off') {
    const fix = `Give the DHCP server of the network what \`linbo dhcp config --for …\` writes for ${server}, then try \`linbo dhcp check\`; or set LINBO_DHCP.`
    return [doubtful('DHCP', 'our DHCP service is off', fix)]
  }
  try {
    return await checkDhcp(check)
  } catch (error) {
    const { message, fix } = error as LinboError
    return [doubtful('DHCP', message, fix ?? 'Run the doctor as root, on the server.')]
  }
}

function expectedOf(status: Status): Pick<Expected, 'server' | 'mode'> {
  const mode = status.services.find((one) => one.service === 'dhcp')?.facts?.mode
  return { server: status.serverIp, mode: mode === 'full' || mode === 'proxy' ? mode : 'off' }
}

/** Locally administered, so it is no real machine's. */
function unknownMac(): string {
  const bytes = [0x02, ...randomBytes(5)]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
