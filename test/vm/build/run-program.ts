import { spawnChild } from '@linbo/runtime'

/**
 * Runs a program to its end and returns what it printed.
 * @throws Error with the program's messages when it exits with anything but 0.
 */
export async function runProgram(
  command: string,
  args: string[],
  options: { cwd?: string; debianPackage?: string } = {},
): Promise<string> {
  const output: string[] = []
  const messages: string[] = []
  const child = spawnChild({
    command,
    args,
    ...options,
    onLine: (line, stream) => (stream === 'stdout' ? output : messages).push(line),
  })
  const code = await child.exited
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${messages.join('\n')}`)
  }
  return output.join('\n')
}
