import { afterEach, beforeEach, expect, it } from 'vitest'
import { linboPreregister, linboRegister } from './register.ts'
import { runLine } from './shell.ts'
import { type TestBench, testBench } from './testing.ts'

let bench: TestBench
beforeEach(async () => {
  bench = await testBench()
})
afterEach(() => bench.remove())

it('refuses names that LINBO would not take', async () => {
  expect(await linboRegister(bench, ['secret', 'r1', 'a_b', 'DHCP', 'lab'])).toBe(1)
  expect(await linboRegister(bench, ['secret', 'r1', 'pc01'])).toBe(1)
  expect(bench.printed()).toContain('Usage: linbo_register')
})

it('says what it uploads, and ends as rsync does', async () => {
  const line = 'linbo_register secret r1 pc01 DHCP lab'
  const channel = { input: Promise.resolve(new Uint8Array()), stopOthers() {} }
  expect(await runLine(line, bench, channel, { guiDisabled: false })).toBe(10)
  expect(bench.printed()).toContain('Uploading pc01.new to 127.0.0.1 ...')
})

it('proposes nothing when nobody registered before', async () => {
  expect(await linboPreregister(bench)).toBe(0)
  expect(bench.printed()).toBe(',,,\n')
})
