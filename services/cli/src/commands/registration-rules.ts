import { usageError } from '../exit-code.ts'
import { table } from '../print.ts'
import type { RegistrationRules } from '../resources.ts'
import { command, jsonArg } from './command.ts'

type Rule = RegistrationRules['rules'][number]

export const rules = command({
  name: 'linbo registration rules',
  description: 'Shows or changes the rules by which machines become hosts without asking anybody.',
  args: {
    on: { type: 'boolean', description: 'Apply the rules.' },
    off: { type: 'boolean', description: 'Approve nothing by itself.' },
    until: {
      type: 'string',
      description: 'The rules end at this time, such as 2026-11-21T18:00; never: they do not.',
    },
    add: {
      type: 'string',
      description:
        'Add a rule, all parts of which have to fit: rooms=r2*,hostnames=*-pc*,groups=lab,subnet=10.16.0.0/16,' +
        'anygroup. The last one takes groups without a start.conf too; `any` is a rule for everything.',
    },
    remove: { type: 'string', description: 'Remove the rule of this number.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const path = '/registrations/rules'
    const before = await client.request<RegistrationRules>('GET', path)
    const wanted = structuredClone(before)
    if (args.on && args.off) throw usageError('--on and --off contradict each other', 'Give one.')
    if (args.on) wanted.enabled = true
    if (args.off) wanted.enabled = false
    if (args.until) wanted.until = args.until === 'never' ? null : moment(args.until)
    if (args.add) wanted.rules.push(parseRule(args.add))
    if (args.remove) {
      const index = Number(args.remove) - 1
      if (!wanted.rules[index]) throw usageError(`there is no rule ${args.remove}`, 'See the list.')
      wanted.rules.splice(index, 1)
    }
    const isChange = JSON.stringify(before) !== JSON.stringify(wanted)
    const rules = isChange ? await client.request<RegistrationRules>('PUT', path, wanted) : before
    if (args.json) io.out(JSON.stringify(rules, null, 2))
    else {
      const until = rules.until ? ` until ${rules.until}` : ''
      io.out(rules.enabled ? `on${until}` : 'off')
      const rows = rules.rules.map((one, index) => [
        ...[index + 1, one.rooms ?? '*', one.hostnames ?? '*', one.groups ?? '*'],
        ...[one.groupExists ? 'with start.conf' : 'any', one.subnet ?? ''],
      ])
      io.out(table(['RULE', 'ROOMS', 'HOSTS', 'GROUPS', 'GROUP', 'SUBNET'], rows, io.columns))
    }
    return undefined
  },
})

function moment(text: string): string {
  const at = new Date(text)
  if (Number.isNaN(at.getTime()))
    throw usageError(`--until ${text} is no time`, 'Write 2026-11-21T18:00, or never.')
  return at.toISOString()
}

/** `rooms=r2*,subnet=10.16.0.0/16` */
export function parseRule(text: string): Rule {
  const rule: Rule = { rooms: null, hostnames: null, groups: null, groupExists: true, subnet: null }
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', value = ''] = part.split('=')
    if (part === 'any') continue
    if (part === 'anygroup') rule.groupExists = false
    else if (['rooms', 'hostnames', 'groups', 'subnet'].includes(name) && value !== '')
      rule[name as 'rooms' | 'hostnames' | 'groups' | 'subnet'] = value
    else throw usageError(`"${part}" is no part of a rule`, 'Write rooms=r2*, or see --help.')
  }
  return rule
}
