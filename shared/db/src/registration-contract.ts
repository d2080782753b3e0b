import { beforeEach, expect, it } from 'vitest'
import * as queries from './index.ts'
import type { Db } from './schema.ts'

/** What every database does with machines that are no hosts yet, and with what clients tell of themselves. */
export function describeRegistrations(open: () => Db): void {
  let db: Db
  beforeEach(() => {
    db = open()
  })
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute))
  const asked = (number: number, more: object = {}) => ({
    ...{ from_ip: '10.0.0.200', raw: `r1;new${number};…`, hostname: `new${number}`, ip: null },
    ...{ mac: `52:54:00:00:01:0${number}`, room: 'r1', group: 'lab' },
    ...{ role: 'classroom-studentcomputer', pxe: 1 },
    ...more,
  })

  it('keeps one waiting registration per MAC, and decides each once', async () => {
    const first = await queries.askForRegistration(db, asked(1), at(1))
    const again = await queries.askForRegistration(db, asked(1, { room: 'r2' }), at(2))
    expect(again).toMatchObject({
      id: first.id,
      room: 'r2',
      times: 2,
      at: at(1),
      updated_at: at(2),
    })
    await queries.askForRegistration(db, asked(2), at(3))
    const decision = { state: 'rejected', by: 'anna', reason: 'not ours', at: at(4) } as const
    expect(await queries.decideRegistration(db, first.id, decision)).toMatchObject({
      state: 'rejected',
      decided_by: 'anna',
      reason: 'not ours',
    })
    expect(await queries.decideRegistration(db, first.id, decision)).toBeUndefined()
    expect(await queries.changeRegistration(db, first.id, { room: 'r9' })).toBeUndefined()
    const new1 = await queries.askForRegistration(db, asked(1), at(5))
    expect(new1.id).not.toBe(first.id)
    const waiting = await queries.listRegistrations(db, { state: 'pending' })
    expect(waiting.map((row) => row.hostname)).toEqual(['new1', 'new2'])
    expect(await queries.listRegistrations(db)).toHaveLength(3)
  })

  it('counts how often a machine asks for what it has', async () => {
    await queries.noteDuplicate(db, asked(1), 'new1 is a host', at(1))
    const again = await queries.noteDuplicate(db, asked(1), 'new1 is a host', at(2))
    expect(again).toMatchObject({ state: 'duplicate', times: 2, updated_at: at(2) })
    expect(await queries.listRegistrations(db)).toHaveLength(1)
  })

  it('keeps the rules for registrations', async () => {
    expect(await queries.readRegistrationRules(db)).toBeUndefined()
    await queries.saveRegistrationRules(db, { isOn: true })
    await queries.saveRegistrationRules(db, { isOn: false })
    expect(await queries.readRegistrationRules(db)).toEqual({ isOn: false })
  })

  it('remembers unknown machines until they are hosts or quiet for long', async () => {
    const machine = (number: number, minute: number) => ({
      ...{ mac: `52:54:00:00:02:0${number}`, ip: `10.0.0.${number}`, firmware: 'bios', boots: 1 },
      ...{ first_at: at(0), last_at: at(minute), step: 'kernel', ok: true, detail: 'linbo64' },
    })
    await queries.saveUnknownMachines(
      db,
      [1, 2, 3, 4].map((number) => machine(number, number)),
    )
    await queries.saveUnknownMachines(db, [{ ...machine(1, 9), first_at: at(9), boots: 2 }])
    expect(await queries.hideUnknownMachine(db, machine(2, 0).mac, true)).toBe(true)
    await queries.saveUnknownMachines(db, [machine(2, 2)])
    expect(await queries.findUnknownMachine(db, machine(1, 0).mac)).toMatchObject({
      first_at: at(0),
      last_at: at(9),
      boots: 2,
    })
    expect(await queries.findUnknownMac(db, '10.0.0.3', at(3))).toBe(machine(3, 0).mac)
    expect(await queries.findUnknownMac(db, '10.0.0.3', at(4))).toBeUndefined()
    await queries.saveHost(db, { hostname: 'pc4', mac: machine(4, 0).mac, group: 'l', room: 'r' })
    const macs = async () => (await queries.listUnknownMachines(db)).map((row) => row.ip)
    expect(await macs()).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.2'])
    await queries.pruneUnknownMachines(db, at(5))
    expect(await macs()).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(await queries.forgetUnknownMachine(db, machine(4, 0).mac)).toBe(false)
  })

  it('keeps what clients tell of themselves, and forgets it with the host', async () => {
    const mac = '52:54:00:00:03:01'
    await queries.saveHost(db, { hostname: 'pc1', mac, group: 'lab', room: 'r1' })
    await queries.saveHardware(db, mac, { cpu: 'old' }, at(1))
    await queries.saveHardware(db, mac, { cpu: 'new' }, at(2))
    await queries.saveHardware(db, '52:54:00:00:03:02', { cpu: 'stranger' }, at(1))
    expect(await queries.listHardware(db, [mac])).toEqual([
      { mac, at: at(2), facts: { cpu: 'new' } },
    ])
    await queries.pruneHardware(db, at(3))
    expect((await queries.listHardware(db)).map((row) => row.mac)).toEqual([mac])

    const use = { hostname: 'pc1', image: 'win.qcow2', kind: 'applied' as const, version: '1' }
    await queries.saveImageUse(db, { ...use, client_time: '202611210800', at: at(1) })
    await queries.saveImageUse(db, { ...use, client_time: '202611210900', version: '2', at: at(2) })
    expect(await queries.listImageUses(db, { image: 'win.qcow2' })).toMatchObject([
      { client_time: '202611210900', version: '2' },
    ])

    const error = (text: string) => ({ time: null, text })
    await queries.addLogFacts(db, 'pc1', { at: at(1), linboVersion: '7.4.1', errors: [error('a')] })
    const errors = Array.from({ length: 100 }, (_, index) => error(`b${index}`))
    await queries.addLogFacts(db, 'pc1', { at: at(2), linboVersion: undefined, errors })
    const facts = await queries.findLogFacts(db, 'pc1')
    expect(facts).toMatchObject({ linbo_version: '7.4.1', at: at(2) })
    expect(facts?.errors[0]).toEqual(error('b0'))
    await queries.addMissingFirmware(db, 'pc1', ['a.fw', 'a.fw', 'b.fw'], at(1))
    await queries.addMissingFirmware(db, 'pc1', ['b.fw'], at(2))
    expect(await queries.listMissingFirmware(db)).toEqual([
      { name: 'a.fw', hosts: ['pc1'], at: at(1) },
      { name: 'b.fw', hosts: ['pc1'], at: at(2) },
    ])
    await queries.removeHost(db, 'pc1')
    expect(await queries.listMissingFirmware(db)).toEqual([])
    expect(await queries.listImageUses(db)).toEqual([])
    expect(await queries.findLogFacts(db, 'pc1')).toBeUndefined()
  })
}
