import type { BusEvent } from '@linbo/bus'
import { describe, expect, it } from 'vitest'
import { isUploadFailure, watchUploads } from './upload.ts'

function started(transfer: string, file: string, more: object = {}): BusEvent {
  const about = {
    host: 'pc1',
    mac: null,
    ip: '10.0.0.1',
    via: 'rsync',
    direction: 'up',
    sizeBytes: null,
  }
  return { id: 1, at: '', type: 'transfer.started', transfer, file, ...about, ...more } as BusEvent
}
function ended(transfer: string, result: string, reason: string | null = null): BusEvent {
  return {
    id: 2,
    at: '',
    type: 'transfer.finished',
    transfer,
    result,
    bytes: 1,
    ms: 1,
    reason,
  } as BusEvent
}
const image = 'images/tiny/tiny.qcow2'

describe('watchUploads', () => {
  it.each<[string, BusEvent[], object]>([
    ['waits while nothing came', [], { state: 'waiting' }],
    ['waits while the image is on its way', [started('a', image)], { state: 'waiting' }],
    [
      'is content with a whole image',
      [started('a', image), ended('a', 'ok')],
      { state: 'ended', problem: null },
    ],
    [
      'is not content with a description alone',
      [started('a', `${image}.desc`), ended('a', 'ok')],
      { state: 'waiting' },
    ],
    [
      'names the file that failed, and why',
      [started('a', image), ended('a', 'failed', 'disk full')],
      { state: 'ended', problem: `${image}: disk full` },
    ],
    [
      'names a sidecar that failed',
      [started('a', image), ended('a', 'ok'), started('b', `${image}.info`), ended('b', 'aborted')],
      { state: 'ended', problem: `${image}.info: aborted` },
    ],
    [
      'is content when a second attempt succeeds',
      [started('a', image), ended('a', 'failed'), started('b', image), ended('b', 'ok')],
      { state: 'ended', problem: null },
    ],
    [
      'knows the host by its address',
      [started('a', image, { host: null }), ended('a', 'ok')],
      { state: 'ended', problem: null },
    ],
    [
      'ignores other hosts, downloads and other files',
      [
        started('a', image, { host: 'pc2' }),
        started('b', image, { direction: 'down' }),
        started('c', 'pc1.new'),
        ...['a', 'b', 'c', 'd'].map((id) => ended(id, 'ok')),
      ],
      { state: 'waiting' },
    ],
  ])('%s', (_name, events, verdict) => {
    const watch = watchUploads('pc1', '10.0.0.1')
    for (const event of events) watch.observe(event)
    expect(watch.verdict()).toEqual(verdict)
  })
})

describe('isUploadFailure', () => {
  it('knows what LINBO and rsync print', () => {
    expect(isUploadFailure('Failed to upload tiny.qcow2 to 10.0.0.1.')).toBe(true)
    expect(isUploadFailure('rsync error: error starting client-server protocol (code 5)')).toBe(
      true,
    )
    expect(isUploadFailure('@ERROR: auth failed on module linbo-upload')).toBe(true)
    expect(isUploadFailure('Cannot unmount /cache.')).toBe(false)
  })
})
