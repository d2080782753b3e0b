import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { locate } from '@linbo/config'
import { createFleet, fleetOf, type MachineIdentity } from '@linbo/simulator'
import { type Client, createClient } from '../client.ts'
import { pause } from '../follow.ts'
import type { Io } from '../io.ts'
import { enrol, serverAddress, serverSettings, simulated } from '../simulated-school.ts'
import { command } from './command.ts'

const rooms = ['r101', 'r102', 'r204']
const perRoom = 10

export const demo = command({
  name: 'linbo demo',
  description:
    'Runs the suite on a data directory of its own, with three simulated rooms that boot and sync.',
  async run(_args, { io }) {
    const { dataDir } = locate({
      environment: io.env,
      ...(io.checkout ? { checkout: io.checkout } : {}),
    })
    const env = {
      ...io.env,
      LINBO_DATA_DIR: join(dataDir, 'demo'),
      LINBO_LISTEN: '127.0.0.1',
      LINBO_SERVER_IP: '127.0.0.1',
    }
    await rm(env.LINBO_DATA_DIR, { recursive: true, force: true })
    const { serve } = await import('@linbo/server')
    const ready = Promise.withResolvers<void>()
    const serving = serve({
      environment: { LINBO_LOG_LEVEL: 'warn', ...env },
      pretty: process.stdout.isTTY === true,
      print: (text) => {
        io.out(text)
        ready.resolve()
      },
      signal: io.signal,
    })
    await Promise.race([ready.promise, serving])
    await Promise.all([serving, play({ ...io, env })])
    return undefined
  },
})

/** Switches the rooms on one after the other, then syncs one of them every now and then. */
async function play(io: Io): Promise<void> {
  const client = createClient(io)
  const settings = await serverSettings(client)
  const machines = fleetOf(rooms.length * perRoom, simulated.group)
  const roomOf = (machine: MachineIdentity) =>
    rooms[Math.floor(machines.indexOf(machine) / perRoom)] as string
  await enrol(client, settings, machines, roomOf)
  const fleet = createFleet({ machines, server: serverAddress(client, settings), pace: 1 })
  try {
    await fleet.boot(6)
    for (let round = 0; !io.signal.aborted; round++) {
      await syncRoom(client, rooms[round % rooms.length] as string)
      await pause(25_000, io.signal)
    }
  } finally {
    await fleet.powerOff()
  }
}

async function syncRoom(client: Client, room: string): Promise<void> {
  const operation = {
    commands: 'partition,format,initcache,sync:1',
    targets: { room },
    options: { when: 'now' },
  }
  await client.request('POST', '/operations', operation)
}
