import { expect, it } from 'vitest'
import { bootFromOffer, decodePxe, encodePxe } from './option-pxe.ts'

it('writes discovery control and boot item as PXE sub-options with an end mark', () => {
  expect(encodePxe({ discoveryControl: bootFromOffer })).toEqual(Uint8Array.of(6, 1, 8, 255))
  const bootItem = Uint8Array.of(0, 1, 0, 0)
  expect(encodePxe({ bootItem })).toEqual(Uint8Array.of(71, 4, 0, 1, 0, 0, 255))
  expect(decodePxe(encodePxe({ bootItem, discoveryControl: 3 }))).toEqual({
    bootItem,
    discoveryControl: 3,
  })
})

it('reads vendor data that is no sub-option list as empty', () => {
  expect(decodePxe(Uint8Array.of(71, 200, 1))).toEqual({})
  expect(decodePxe(Uint8Array.of(71, 2, 0, 0))).toEqual({})
  expect(decodePxe(new Uint8Array())).toEqual({})
})
