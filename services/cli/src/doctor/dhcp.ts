import { randomBytes } from 'node:crypto'
import dhcp from 'dhcp'
import { doubtful, type Finding, well } from './check.ts'

/** Asks for an offer as a stranger would, with a DHCP client that is not ours. Takes no lease. */
export function askForOffer(serverIp: string): Promise<Finding> {
  const name = 'DHCP offer'
  const mac = [
    '02',
    ...Array.from(randomBytes(5), (byte) => byte.toString(16).padStart(2, '0')),
  ].join(':')
  return new Promise((resolve) => {
    const client = dhcp.createClient({ mac, features: ['hostname', 'bootFile'] })
    // It would go on and take the address.
    client.handleOffer = () => {}
    const finish = (finding: Finding) => {
      clearTimeout(timer)
      try {
        client.close()
      } catch {
        // It never got its port.
      }
      resolve(finding)
    }
    const silent = doubtful(
      name,
      'no offer within 3 s',
      'On the server itself this may be normal; ask from a client of the network.',
    )
    const timer = setTimeout(() => finish(silent), 3000)
    client.on('error', (error: Error) =>
      finish(doubtful(name, error.message, 'Run the doctor as root.')),
    )
    client.on(
      'message',
      (reply: { yiaddr: string; siaddr: string; options: Record<number, unknown> }) => {
        const from = String(reply.options[54] ?? reply.siaddr)
        const detail = `${reply.yiaddr} from ${from}`
        if (from === serverIp) return finish(well(name, detail))
        finish(
          doubtful(
            name,
            `${detail}, which is not this server`,
            'Two DHCP servers answer in this network: LINBO clients use the server in option 54.',
          ),
        )
      },
    )
    client.listen(68, '0.0.0.0', () => client.sendDiscover())
  })
}
