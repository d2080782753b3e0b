import { expect, it } from 'vitest'
import { decodeRelay, encodeRelay } from './option-relay.ts'

it('reads again what it writes', () => {
  const info = {
    circuitId: Uint8Array.of(1, 2),
    remoteId: Uint8Array.of(3),
    linkSelection: '10.16.0.0',
    sourcePort: true,
  }
  expect(decodeRelay(encodeRelay(info))).toEqual(info)
  expect(encodeRelay({ sourcePort: true })).toEqual(Uint8Array.of(19, 0))
})

it('reads a garbled option as empty', () => {
  expect(decodeRelay(Uint8Array.of(1, 9, 9))).toEqual({})
  expect(decodeRelay(Uint8Array.of(5, 2, 9, 9))).toEqual({})
})
