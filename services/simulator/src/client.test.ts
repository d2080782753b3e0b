import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { openUdp } from '@linbo/runtime'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type SimulatedClient } from './client.ts'
import { machine, nowhere } from './testing.ts'
import { magicOf } from './wake.ts'

let client: SimulatedClient
afterEach(() => client.powerOff())

const onDisk = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`linbo-sim-${machine.hostname}x-`))
const identity = { ...machine, hostname: `${machine.hostname}x` }

/** The states a machine goes through, as they come. */
function watched(server = nowhere, pace = 0) {
  const states: string[] = []
  client = createClient({
    machine: identity,
    server,
    pace,
    onState: (state, detail) => states.push(detail ? `${state}: ${detail}` : state),
  })
  return states
}

describe('a simulated machine', () => {
  it('leaves nothing behind when its plug is pulled in the middle of a boot', async () => {
    const states = watched(nowhere, 1000)
    const booting = client.boot()
    await expect.poll(() => states).toEqual(['firmware'])
    await client.powerOff()
    await booting
    expect(client.state).toBe('off')
    expect(await onDisk()).toEqual([])
  })

  it('waits for a magic packet with its own MAC', async () => {
    const probe = await openUdp({ port: 0, address: machine.ip, purpose: 'trial', onMessage() {} })
    await probe.close()
    const states = watched({ ...nowhere, wakePort: probe.port }, 1000)
    await client.standBy()
    const sender = await openUdp({ port: 0, purpose: 'test', onMessage() {} })
    await sender.send(magicOf('52:54:00:00:00:99'), probe.port, machine.ip)
    await sender.send(magicOf(machine.mac), probe.port, machine.ip)
    await sender.send(magicOf(machine.mac), probe.port, machine.ip)
    await expect.poll(() => states).toEqual(['firmware'])
    await sender.close()
  })

  it('cannot be woken where it may not listen, and that is all', async () => {
    const states = watched({ ...nowhere, wakePort: 0 })
    await client.standBy()
    expect(states).toEqual([])
  })
})
