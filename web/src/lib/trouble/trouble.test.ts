import { describe, expect, it } from 'vitest'
import type { BootFile, Host, Operation, ServiceStatus } from '../resources.ts'
import { type Facts, findTrouble, sortBootFiles } from './trouble.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const calm: Facts = { services: [], bootFiles: [], hosts: [], operations: [], strangers: [], now }
const kinds = (facts: Partial<Facts>) => findTrouble({ ...calm, ...facts }).map((one) => one.kind)
const missing = (path: string, required: boolean) =>
  ({ path, required, present: false, fix: 'Copy it.' }) as BootFile

describe('trouble', () => {
  it('is nothing when all is well', () => {
    const service = { service: 'tftp', machine: 'a', state: 'ok' } as ServiceStatus
    const file = { path: 'linbo64', present: true, fix: null } as BootFile
    expect(kinds({ services: [service], bootFiles: [file] })).toEqual([])
  })

  it('is a service that is not ok, before everything else', () => {
    const service = { service: 'tftp', machine: 'a', state: 'failed' } as ServiceStatus
    const files = [missing('boot/grub/grub.cfg', true), missing('linbo64', true)]
    expect(kinds({ services: [service], bootFiles: files })).toEqual([
      'service',
      'no-linbo',
      'boot-files',
    ])
  })

  it('is not a boot file that only costs a feature', () => {
    const gui = missing('linbo_gui64_7.tar.lz', false)
    expect(kinds({ bootFiles: [gui] })).toEqual([])
    expect(sortBootFiles([gui])).toEqual({ linbo: [], broken: [], optional: [gui] })
  })

  it('does not count the checksum of a file that is missing itself', () => {
    const kernel = missing('linbo64', true)
    const checksum = missing('linbo64.md5', true)
    const other = missing('linbofs64.md5', true)
    expect(sortBootFiles([kernel, checksum, other])).toEqual({
      linbo: [kernel],
      broken: [other],
      optional: [],
    })
  })

  it('is a boot file that is there and damaged', () => {
    const empty = { ...missing('linbo64', true), present: true }
    expect(kinds({ bootFiles: [empty] })).toEqual(['boot-files'])
  })

  it('is a boot that got stuck, unless the machine made it after all', () => {
    const host = { hostname: 'a', status: 'booting', boot: { state: 'stalled' } } as Host
    expect(kinds({ hosts: [host] })).toEqual(['stalled'])
    expect(kinds({ hosts: [{ ...host, status: 'linbo' }] })).toEqual([])
    const verdict = { code: 'file-missing', severity: 'error', facts: {} }
    const boot = { state: 'booting', verdict } as Host['boot']
    expect(kinds({ hosts: [{ ...host, boot }] })).toEqual(['stalled'])
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
