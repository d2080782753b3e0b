import type { HostRow } from '@linbo/db'
import { parseCommands } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import { resolveTargets, type Targets } from './targets.ts'

function host(hostname: string, more: Partial<HostRow> = {}): HostRow {
  const number = Number(hostname.replace(/\D/g, ''))
  return {
    hostname,
    mac: `52:54:00:00:00:0${number}`,
    ip: `10.0.0.${number}`,
    group: 'lab',
    room: 'r1',
    school: 'default-school',
    pxe: 1,
    role: 'classroom-studentcomputer',
    comment: '',
    office_key: '',
    windows_key: '',
    dhcp_options: '',
    reserved: [],
    created_at: new Date(0),
    updated_at: new Date(0),
    ...more,
  }
}
const hosts = [
  host('pc1'),
  host('pc2', { pxe: 2 }),
  host('pc3', { pxe: 0 }),
  host('pc4', { group: 'other', room: 'r2', ip: null }),
  host('pc5', { school: 'north', group: 'far', room: 'r3' }),
]
const leases = [
  { mac: '52:54:00:00:00:04', ip: '10.0.9.9', hostname: 'pc4', expires_at: new Date(0) },
]

describe('which hosts are meant', () => {
  const cases: [string, Targets, string, string[] | string][] = [
    ['hosts by name', { hosts: ['pc2', 'pc1'] }, 'sync:1', ['pc2', 'pc1']],
    ['a name in capitals', { hosts: ['PC1'] }, 'sync:1', ['pc1']],
    ['hosts by address', { hosts: ['10.0.0.1'] }, 'sync:1', ['pc1']],
    ['a host by the address it was lent', { hosts: ['10.0.9.9'] }, 'sync:1', ['pc4']],
    ['a host once, however often it is named', { hosts: ['pc1', 'pc1'] }, 'sync:1', ['pc1']],
    ['a group without hosts that do not boot LINBO', { group: 'lab' }, 'sync:1', ['pc1', 'pc2']],
    ['a room', { room: 'r2' }, 'sync:1', ['pc4']],
    ['a school', { school: 'north' }, 'sync:1', ['pc5']],
    [
      'no hosts of another school',
      { hosts: ['pc1'], school: 'north' },
      'sync:1',
      'TARGETS_UNKNOWN',
    ],
    ['no unknown hosts', { hosts: ['pc1', 'pc8', 'pc9'] }, 'sync:1', 'TARGETS_UNKNOWN'],
    ['no hosts with another PXE flag', { hosts: ['pc3'] }, 'sync:1', 'TARGETS_INVALID'],
    ['no group beside hosts', { hosts: ['pc1'], group: 'lab' }, 'sync:1', 'TARGETS_INVALID'],
    ['no group beside a room', { group: 'lab', room: 'r1' }, 'sync:1', 'TARGETS_INVALID'],
    ['not nobody', {}, 'sync:1', 'TARGETS_INVALID'],
    ['no empty list', { hosts: [] }, 'sync:1', 'TARGETS_INVALID'],
    ['no group without hosts', { group: 'none' }, 'sync:1', 'TARGETS_UNKNOWN'],
    ['one host to make an image', { hosts: ['pc1'] }, 'create_image:1', ['pc1']],
    ['not two hosts to upload', { hosts: ['pc1', 'pc2'] }, 'upload_image:1', 'TARGETS_INVALID'],
    [
      'no group to upload, even of one host',
      { group: 'other' },
      'upload_qdiff:1',
      'TARGETS_INVALID',
    ],
  ]
  for (const [name, targets, commands, expected] of cases) {
    it(name, () => {
      const resolved = resolveTargets(targets, parseCommands(commands), hosts, leases)
      expect(resolved.kind === 'hosts' ? resolved.hostnames : resolved.code).toEqual(expected)
    })
  }

  it('names the hosts that are unknown', () => {
    const resolved = resolveTargets({ hosts: ['pc1', 'pc8', 'pc9'] }, [], hosts, leases)
    expect(resolved).toMatchObject({ reason: 'unknown hosts: pc8, pc9' })
  })
})
