import { dhcpServers } from '@linbo/formats'
import { checkDhcp } from '../doctor/dhcp.ts'
import { printFindings } from '../doctor/print-findings.ts'
import { ExitCode, usageError } from '../exit-code.ts'
import { localSettings } from '../local-settings.ts'
import type { Host, Status } from '../resources.ts'
import { command, group, jsonArg } from './command.ts'

const config = command({
  name: 'linbo dhcp config',
  description:
    'Prints what the DHCP server your network already has must be told, so that its machines find LINBO.',
  args: {
    for: {
      type: 'string',
      required: true,
      description: `The program of that server: ${dhcpServers.join(', ')}.`,
    },
  },
  async run(args, { io, client }) {
    if (!dhcpServers.some((kind) => kind === args.for)) {
      throw usageError(
        `--for ${args.for} is no server we know`,
        `One of ${dhcpServers.join(', ')}.`,
      )
    }
    io.out((await client.text('GET', `/dhcp/config?server=${args.for}`)).trimEnd())
    return undefined
  },
})

const check = command({
  name: 'linbo dhcp check',
  description:
    'Asks all DHCP servers of a network what they would tell a machine: as BIOS, as UEFI, as LINBO. Run it as root on ' +
    'the server. Takes no lease.',
  args: {
    host: {
      type: 'string',
      description: 'Ask as this host. Without it as a machine nobody knows.',
    },
    interface: {
      type: 'string',
      description: "Network card to ask through. Default: the one with the server's address.",
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const status = await client.request<Status>('GET', '/status')
    const host = args.host
      ? await client.request<Host>('GET', `/hosts/${encodeURIComponent(args.host)}`)
      : undefined
    const { LINBO_DIR: linboDir } = localSettings(io)
    const findings = await checkDhcp({
      ...{ status, linboDir, host, signal: io.signal },
      device: args.interface,
    })
    printFindings(findings, io, args.json)
    return findings.some((one) => one.state === 'failed') ? ExitCode.failed : ExitCode.good
  },
})

export const dhcp = group('linbo dhcp', 'DHCP servers of the network beside our own.', {
  config,
  check,
})
