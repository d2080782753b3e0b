import type { Client } from '../client.ts'
import { doubtful, type Finding, ill, well } from '../doctor/check.ts'
import { examineDhcp } from '../doctor/dhcp.ts'
import { printFindings } from '../doctor/print-findings.ts'
import { fetchBootFile } from '../doctor/tftp.ts'
import { ExitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { localSettings } from '../local-settings.ts'
import type { BootFile, BootSet, Status } from '../resources.ts'
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
  findings.push(...(await examineSecrets(client)))
  const port = status.services.find((one) => one.service === 'tftp')?.facts?.port
  const core = files.find((file) => file.present && /core\.(efi|0)$/.test(file.path))
  if (typeof port === 'number' && core)
    findings.push(await fetchBootFile(status.serverIp, port, core.path))
  return findings
}

/** Whether clients have our keys and the password of a person. */
async function examineSecrets(client: Client): Promise<Finding[]> {
  const sets = await client.all<BootSet>('/boot-sets')
  const current = sets.find((one) => one.isCurrent)
  const isOurs = current !== undefined && current.by !== null
  const { isSet } = await client.request<{ isSet: boolean }>('GET', '/settings/linbo-password')
  return [
    isOurs
      ? well('boot set', `${current.id}, with ${current.overlay.join(', ')}`)
      : doubtful(
          'boot set',
          'linbofs64 was not built here: clients may know neither our key nor our password',
          'Run: linbo boot build',
        ),
    isSet
      ? well('LINBO password', 'set')
      : doubtful(
          'LINBO password',
          'a random one that nobody knows',
          'Run: linbo config set-password',
        ),
  ]
}

function factsOf(one: Status['services'][number]): string {
  return Object.entries(one.facts ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
