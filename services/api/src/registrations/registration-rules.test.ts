import { describe, expect, it } from 'vitest'
import { registrationRules, ruleFor } from './registration-rules.ts'

const asked = { hostname: 'r204-pc07', room: 'r204', group: 'lab', ip: null, from_ip: '10.16.4.9' }
const now = Date.parse('2026-11-21T08:00:00Z')
const rules = (...some: object[]) => registrationRules.parse({ enabled: true, rules: some })
const applies = (rule: object, more: object = {}, hasStartConf = true) =>
  ruleFor(rules(rule), { ...asked, ...more }, hasStartConf, now)

describe('a rule for registrations', () => {
  it.each<[string, object, object]>([
    ['the room', { rooms: 'r2*' }, { room: 'r104' }],
    ['the host name', { hostnames: 'r204-pc*' }, { hostname: 'r204-nb01' }],
    ['the group', { groups: 'lab' }, { group: 'staff' }],
    ['the wanted address', { subnet: '10.16.0.0/16' }, { ip: '10.17.0.1' }],
    ['the address it has', { subnet: '10.16.0.0/16' }, { from_ip: '10.17.0.1' }],
  ])('looks at %s', (_what, rule, other) => {
    expect(applies(rule)).toBe(1)
    expect(applies(rule, other)).toBeUndefined()
  })

  it('wants a start.conf of the group unless it says otherwise', () => {
    expect(applies({}, {}, false)).toBeUndefined()
    expect(applies({ groupExists: false }, {}, false)).toBe(1)
  })

  it('is found by its number, and every part of it has to fit', () => {
    const some = rules({ rooms: 'x' }, { rooms: 'r2*', groups: 'x' }, { rooms: 'r2*' })
    expect(ruleFor(some, asked, true, now)).toBe(3)
  })

  it('ends at its time, and is off unless it is on', () => {
    const until = { ...rules({}), until: '2026-11-21T08:00:00Z' }
    expect(ruleFor(until, asked, true, now)).toBe(1)
    expect(ruleFor(until, asked, true, now + 1)).toBeUndefined()
    expect(ruleFor({ ...until, enabled: false }, asked, true, now)).toBeUndefined()
    expect(ruleFor(rules(), asked, true, now)).toBeUndefined()
  })

  it.each([
    { rules: [{ subnet: '10.0.0.0' }] },
    { rules: [{ subnet: '10.0.0.0/33' }] },
    { rules: [{ rooms: 'r2/*' }] },
    { until: 'tomorrow' },
    { rules: [{ room: 'r2' }] },
  ])('is refused when it cannot be meant: %j', (wrong) => {
    expect(registrationRules.safeParse({ enabled: true, ...wrong }).success).toBe(false)
  })
})
