import { describe, expect, it } from 'vitest'
import type { BootFile, Host, Operation, ServiceStatus } from '../types.ts'
import { type Facts, findTrouble } from './trouble.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const calm: Facts = { services: [], bootFiles: [], hosts: [], operations: [], strangers: [], now }
const kinds = (facts: Partial<Facts>) => findTrouble({ ...calm, ...facts }).map((one) => one.kind)

describe('trouble', () => {
  it('is nothing when all is well', () => {
    const service = { service: 'tftp', machine: 'a', state: 'ok' } as ServiceStatus
    const file = { path: 'linbo64', present: true, fix: null } as BootFile
    expect(kinds({ services: [service], bootFiles: [file] })).toEqual([])
  })

  it('is a service that is not ok, before everything else', () => {
    const service = { service: 'tftp', machine: 'a', state: 'failed' } as ServiceStatus
    const file = { path: 'linbo64', present: false, fix: 'Copy it.' } as BootFile
    expect(kinds({ services: [service], bootFiles: [file, file] })).toEqual([
      'service',
      'boot-files',
    ])
  })

  it('is a boot that got stuck, unless the machine made it after all', () => {
    const host = { hostname: 'a', status: 'booting', boot: { state: 'stalled' } } as Host
    expect(kinds({ hosts: [host] })).toEqual(['stalled'])
    expect(kinds({ hosts: [{ ...host, status: 'linbo' }] })).toEqual([])
  })

  it('is an operation that failed today', () => {
    const operation = {
      id: '1',
      state: 'failed',
      createdAt: '2026-03-01T11:00:00Z',
      finishedAt: '2026-03-01T11:30:00Z',
      hosts: [
        { hostname: 'a', phase: 'done' },
        { hostname: 'b', phase: 'offline' },
      ],
    } as Operation
    expect(findTrouble({ ...calm, operations: [operation] })).toMatchObject([{ failed: ['b'] }])
    expect(kinds({ operations: [{ ...operation, finishedAt: '2026-02-20T11:30:00Z' }] })).toEqual(
      [],
    )
  })
})
