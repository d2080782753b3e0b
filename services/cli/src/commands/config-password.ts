import { text } from 'node:stream/consumers'
import { usageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import type { LinboPasswordChange } from '../resources.ts'
import { command } from './command.ts'

export const setPassword = command({
  name: 'linbo config set-password',
  description:
    'Sets the LINBO password: for the console and imaging pages of clients, and for uploads. Asks for it twice, or reads ' +
    'it from standard input.',
  async run(_args, { io, client }) {
    const password = await askTwice(io)
    const changed = await client.request<LinboPasswordChange>('PUT', '/settings/linbo-password', {
      password,
    })
    io.out('the LINBO password is set')
    if (changed.set) {
      io.out(
        `machines get boot set ${changed.set} now; those that run know it from their next start on`,
      )
      return undefined
    }
    io.err(`but clients do not know it yet: ${changed.problem?.detail}`)
    if (changed.problem?.fix) io.err(`  → ${changed.problem.fix}`)
    return 1
  },
})

async function askTwice(io: Io): Promise<string> {
  if (!io.ask) {
    const [line = ''] = (await text(io.input)).split(/\r?\n/)
    if (line === '') throw usageError('standard input holds no password', 'Write it into one line.')
    return line
  }
  const first = await io.ask('New LINBO password: ')
  const second = await io.ask('Once more: ')
  if (first === second) return first
  throw usageError('the two are not the same', 'Try again.')
}
