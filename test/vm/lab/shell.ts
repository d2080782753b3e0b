import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { keyPath } from './suite.ts'

/**
 * Runs a shell command on a machine in LINBO, logged in with the suite's own key; resolves with what it prints. All
 * machines must show the same host key.
 * @throws Error with what ssh said
 */
export async function shellOn(lab: Lab, ip: string, command: string): Promise<string> {
  const { network, suite } = lab
  const lines: string[] = []
  const options = [
    ...['BatchMode=yes', 'HostKeyAlias=linbo', 'StrictHostKeyChecking=accept-new'],
    ...['LogLevel=ERROR', `UserKnownHostsFile=${join(suite.dataDir, 'known-in-lab')}`],
  ].flatMap((option) => ['-o', option])
  const code = await network.start({
    command: 'ssh',
    args: [...options, '-i', keyPath(suite.dataDir), '-p', '2222', `root@${ip}`, command],
    debianPackage: 'openssh-client',
    onLine: (line) => lines.push(line),
  }).exited
  if (code !== 0) throw new Error(`${command} on ${ip} ended with ${code}: ${lines.join('\n')}`)
  return lines.join('\n')
}
