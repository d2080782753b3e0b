import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { createFleet, openRelay, type ServerAddress } from '@linbo/simulator'
import { type RoomTask, stormMachines } from './storm-task.ts'
import { ticksPerSecond } from './support/processes.ts'

/** Some of a storm's machines, as a process of their own: prints what `StormLine` says, one JSON object a line. */
const task = JSON.parse(process.argv[2]!) as RoomTask
const machines = stormMachines(task.machines).filter((_, index) => index % task.rooms === task.room)
const relay = await openRelay(`127.99.255.${task.room + 1}`, {
  ip: task.server.ip,
  port: task.server.dhcpPort,
})
const server: ServerAddress = { ...task.server, relay }
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const begun = new Map<string, number>()
const fleet = createFleet({
  machines,
  server,
  pace: 0,
  onState({ hostname }, state, detail) {
    if (state === 'firmware') begun.set(hostname, performance.now())
    const ms = performance.now() - (begun.get(hostname) ?? 0)
    if (state === 'linbo') print({ kind: 'ready', hostname, ms })
    else if (state === 'failed') print({ kind: 'failed', hostname, reason: detail })
  },
  onPart: ({ hostname }, part, ms) => print({ kind: 'part', hostname, part, ms }),
})
await pause(task.startAt - Date.now())
await fleet.boot(machines.length)
const { user, system } = process.cpuUsage()
// Fields 16 and 17 after the name: the time of children that have ended, here rsync (proc(5)).
const stat = (await readFile('/proc/self/stat', 'utf8')).replace(/^.*\) /s, '').split(' ')
const rsyncSeconds = (Number(stat[13]) + Number(stat[14])) / ticksPerSecond
print({ kind: 'cpu', ownSeconds: (user + system) / 1e6, rsyncSeconds })
await fleet.powerOff()
await relay.close()
