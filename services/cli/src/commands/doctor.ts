import type { Client } from '../client.ts'
import { doubtful, type Finding, ill, well } from '../doctor/check.ts'
import { examineDhcp } from '../doctor/dhcp.ts'
import { printFindings } from '../doctor/print-findings.ts'
import { fetchBootFile } from '../doctor/tftp.ts'
import { ExitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { localSettings } from '../local-settings.ts'
import type { BootFile, Status } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const doctor = command({
  name: 'linbo doctor',
  description:
    'Looks at everything a machine needs to boot, and says what is missing and how to mend it.',
  args: jsonArg,
  async run(args, { io, client }) {
    const findings = await examine(client, io)
    printFindings(findings, io, args.json)
    return findings.some((one) => one.state === 'failed') ? ExitCode.failed : ExitCode.good
  },
})

async function examine(client: Client, io: Io): Promise<Finding[]> {
  const status = await client.request<Status>('GET', '/status')
  const files = await client.all<BootFile>('/boot-files')
  const findings = [well('server', `${status.version} at ${client.url}`)]
  for (const one of status.services) {
    if (one.state === 'ok') findings.push(well(`service ${one.service}`, factsOf(one)))
    else findings.push(ill(`service ${one.service}`, one.detail ?? one.state, 'Read its log.'))
  }
  findings.push(
    ...(await examineDhcp({ status, linboDir: localSettings(io).LINBO_DIR, signal: io.signal })),
  )
  for (const file of files) {
    if (file.fix === null)
      findings.push(
        well(file.path, file.sizeBytes === null ? 'present' : `${file.sizeBytes} bytes`),
      )
    else
      findings.push(
        (file.required && !file.present ? ill : doubtful)(
          file.path,
          file.present ? 'present' : 'missing',
          file.fix,
        ),
      )
  }
  for (const { file } of await client.all<{ file: string }>('/grub/hand-written')) {
    findings.push(
      doubtful(file, 'hand-written: no start.conf reaches it', 'Remove it to get the managed one.'),
    )
  }
  const port = status.services.find((one) => one.service === 'tftp')?.facts?.port
  const core = files.find((file) => file.present && /core\.(efi|0)$/.test(file.path))
  if (typeof port === 'number' && core)
    findings.push(await fetchBootFile(status.serverIp, port, core.path))
  return findings
}

function factsOf(one: Status['services'][number]): string {
  return Object.entries(one.facts ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
