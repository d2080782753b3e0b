import { createFleet, fleetOf, type MachineState } from '@linbo/simulator'
import { ExitCode, usageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { enrol, serverAddress, serverSettings, simulated } from '../simulated-school.ts'
import { command } from './command.ts'

/** More at a time make the first ones slower, not the last ones faster. */
const bootingAtOnce = 32

export const simulate = command({
  name: 'linbo simulate',
  description:
    'Boots simulated LINBO machines against a running server on this machine, over loopback. They stay on, so that ' +
    'commands can be sent to them, until Ctrl-C.',
  args: {
    hosts: { type: 'string', default: '10', description: 'How many machines, 1 to 5000.' },
    pace: {
      type: 'string',
      default: '1',
      description: 'How slow they are: 1 like a PC, 0 as fast as the wire.',
    },
    once: { type: 'boolean', description: 'Switch them off as soon as all have arrived in LINBO.' },
  },
  async run(args, { io, client }) {
    const count = Number(args.hosts)
    const pace = args.pace === '' ? NaN : Number(args.pace)
    if (!Number.isInteger(count) || count < 1 || count > 5000) {
      throw usageError(
        `--hosts ${args.hosts} is not between 1 and 5000`,
        'For example: linbo simulate --hosts 50',
      )
    }
    if (!(pace >= 0 && pace <= 10))
      throw usageError(`--pace ${args.pace} is not between 0 and 10`, 'Try 1.')
    const settings = await serverSettings(client)
    const server = await serverAddress(client, settings)
    const machines = fleetOf(count, simulated.group)
    await enrol(client, settings, machines, () => 'sim')
    const started = Date.now()
    const tell = progress(io, count)
    const fleet = createFleet({ machines, server, pace, onState: (_machine, state) => tell(state) })
    const stopped = new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve()
      io.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      const booting = fleet.boot(bootingAtOnce)
      const result = await Promise.race([booting, stopped])
      if (!result) return ExitCode.failed
      const { arrived, failures } = result
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      io.out(`${arrived} of ${count} machines arrived in LINBO within ${seconds} s`)
      for (const failure of failures) io.err(`  ${failure}`)
      if (!args.once && arrived > 0) {
        io.err('They stay on until Ctrl-C.')
        await stopped
      }
      return failures.length === 0 ? ExitCode.good : ExitCode.failed
    } finally {
      await fleet.powerOff()
    }
  },
})

/** Counts arrivals on one line of the terminal. */
function progress(io: Io, count: number): (state: MachineState) => void {
  let arrived = 0
  return (state) => {
    if (state !== 'linbo' || arrived >= count) return
    arrived++
    io.terminal?.write(`\r${arrived} of ${count} in LINBO${arrived === count ? '\n' : ''}`)
  }
}
