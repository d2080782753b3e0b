import { describe, expect, it } from 'vitest'
import { negotiate } from './options.ts'

const limits = { maxBlksize: 8192, maxWindowsize: 64 }
type Asked = Record<string, string>

const table: [string, Asked, Asked][] = [
  [
    'grants what UEFI firmware asks for',
    { tsize: '0', blksize: '1468', windowsize: '4' },
    { tsize: '5000', blksize: '1468', windowsize: '4' },
  ],
  [
    'grants what GRUB asks for',
    { blksize: '1024', tsize: '0' },
    { blksize: '1024', tsize: '5000' },
  ],
  ['ignores an option it does not know', { multicast: '', blksize: '512' }, { blksize: '512' }],
  ['acknowledges nothing when it knows none', { multicast: '', x: '1' }, {}],
  ['lowers a block size above its limit', { blksize: '65464' }, { blksize: '8192' }],
  ['takes the smallest block', { blksize: '8' }, { blksize: '8' }],
  ['leaves out a block that is too small', { blksize: '7' }, {}],
  ['leaves out a block that is too large to exist', { blksize: '65465' }, {}],
  [
    'leaves out values that are no numbers',
    { blksize: '1e3', windowsize: '-1', timeout: ' 1', tsize: '' },
    {},
  ],
  ['leaves out numbers without end', { blksize: '1'.repeat(400), tsize: '9'.repeat(400) }, {}],
  ['takes timeouts from 1', { timeout: '1' }, { timeout: '1' }],
  ['takes timeouts to 255', { timeout: '255' }, { timeout: '255' }],
  ['leaves out timeout 0', { timeout: '0' }, {}],
  ['leaves out timeout 256', { timeout: '256' }, {}],
  ['leaves out window 0', { windowsize: '0' }, {}],
  ['leaves out window 65536', { windowsize: '65536' }, {}],
  ['lowers a window above its limit', { windowsize: '65535' }, { windowsize: '64' }],
  [
    'lowers a window of large blocks to what a socket holds',
    { windowsize: '64', blksize: '8192' },
    { windowsize: '16', blksize: '8192' },
  ],
]

describe('negotiate', () => {
  it.each(table)('%s', (_, asked, answered) => {
    const granted = negotiate(new Map(Object.entries(asked)), 5000, limits)
    expect([...granted.oack]).toEqual(Object.entries(answered))
    expect(granted.blksize).toBe(Number(answered.blksize ?? 512))
    expect(granted.windowsize).toBe(Number(answered.windowsize ?? 1))
    expect(granted.timeoutSeconds).toBe(answered.timeout ? Number(answered.timeout) : undefined)
  })

  it('lets one block under way even when it is larger than the flight', () => {
    const huge = { maxBlksize: 65464, maxWindowsize: 64 }
    const asked = new Map([
      ['blksize', '65464'],
      ['windowsize', '64'],
    ])
    expect(negotiate(asked, 1, huge)).toMatchObject({ blksize: 65464, windowsize: 2 })
  })
})
