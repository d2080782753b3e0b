import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { locate } from '@linbo/config'
import { pause } from '@linbo/runtime'
import { createFleet, fleetOf, type MachineIdentity } from '@linbo/simulator'
import { type Client, createClient } from '../client.ts'
import type { Io } from '../io.ts'
import { enrol, serverAddress, serverSettings, simulated } from '../simulated-school.ts'
import { command } from './command.ts'

const rooms = ['r101', 'r102', 'r204']
const perRoom = 10
const bootingAtOnce = 6
const betweenSyncsMs = 25_000

export const demo = command({
  name: 'linbo demo',
  description:
    'Runs the suite on a data directory of its own, with three simulated rooms that boot and sync.',
  async run(_args, { io }) {
    const { dataDir } = locate({
      environment: io.env,
      ...(io.checkout ? { checkout: io.checkout } : {}),
    })
    const own = join(dataDir, 'demo')
    // Its own tree and database, whatever this machine's suite uses.
    const { DATABASE_URL, REDIS_URL, LINBO_URL, LINBO_TOKEN, LINBO_SERVICES, ...rest } = io.env
    const env = {
      LINBO_LOG_LEVEL: 'warn',
      ...rest,
      LINBO_DATA_DIR: own,
      LINBO_DIR: join(own, 'srv/linbo'),
      LINBO_LISTEN: '127.0.0.1',
      LINBO_SERVER_IP: '127.0.0.1',
      LINBO_DHCP: 'off',
    }
    await rm(own, { recursive: true, force: true })
    const over = new AbortController()
    const signal = AbortSignal.any([io.signal, over.signal])
    const ready = Promise.withResolvers<void>()
    const { serve } = await import('@linbo/server')
    const serving = serve({
      environment: env,
      pretty: process.stdout.isTTY === true,
      print(text) {
        io.out(text)
        ready.resolve()
      },
      signal,
    })
    try {
      await Promise.race([ready.promise, serving])
      if (!signal.aborted) await play({ ...io, env, signal })
    } finally {
      over.abort()
      await serving
      await rm(own, { recursive: true, force: true })
    }
    return undefined
  },
})

/** Switches the rooms on one after the other, then syncs one of them every now and then. */
async function play(io: Io): Promise<void> {
  const client = createClient(io)
  const settings = await serverSettings(client)
  const server = await serverAddress(client, settings)
  const machines = fleetOf(rooms.length * perRoom, simulated.group)
  const roomOf = (machine: MachineIdentity) =>
    rooms[Math.floor(machines.indexOf(machine) / perRoom)] as string
  await enrol(client, settings, machines, roomOf)
  const fleet = createFleet({ machines, server, pace: 1 })
  const stop = () => void fleet.powerOff()
  io.signal.addEventListener('abort', stop)
  try {
    await fleet.boot(bootingAtOnce)
    for (let round = 0; !io.signal.aborted; round++) {
      await syncRoom(client, rooms[round % rooms.length] as string)
      await pause(betweenSyncsMs, io.signal)
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
