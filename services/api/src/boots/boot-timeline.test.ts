import type { BootStep } from '@linbo/bus'
import { describe, expect, it } from 'vitest'
import {
  type Attempt,
  attemptOfFile,
  expire,
  findAttempt,
  foldStep,
  type StepInput,
  type Timeline,
} from './boot-timeline.ts'

const mac = '52:54:00:00:00:01'
const start = Date.parse('2026-01-05T08:00:00Z')

function machine() {
  const timeline: Timeline = { attempts: new Map() }
  const stored = new Map<string, Attempt>()
  let ids = 0
  return {
    timeline,
    stored,
    /** Folds steps; `seconds` count from the start. */
    step(seconds: number, step: BootStep, more: Partial<StepInput> = {}) {
      const input = { host: 'pc01', mac, ip: '10.0.0.1', ok: true, detail: step, ...more }
      const folded = foldStep(timeline, { ...input, at: start + seconds * 1000, step }, `b${++ids}`)
      for (const attempt of folded?.changed ?? []) stored.set(attempt.id, attempt)
      if (folded?.merged) stored.delete(folded.merged)
      return folded
    },
    attempts: () => [...stored.values()],
  }
}

const netboot: [number, BootStep][] = [
  [0, 'firmware-discover'],
  [0, 'firmware-offer'],
  [1, 'firmware-ack'],
  [2, 'boot-file'],
  [4, 'grub-config'],
  [9, 'kernel'],
  [20, 'initramfs'],
  [30, 'linbo-discover'],
  [30, 'linbo-offer'],
  [31, 'linbo-ack'],
  [33, 'start-conf'],
]

describe('a boot over the network', () => {
  it('is one attempt that ends in linbo', () => {
    const pc = machine()
    for (const [seconds, step] of netboot) pc.step(seconds, step)
    const [attempt, ...others] = pc.attempts()
    expect(others).toEqual([])
    expect(attempt).toMatchObject({ state: 'linbo', host: 'pc01', mac, ip: '10.0.0.1' })
    expect(attempt?.steps.map((step) => step.step)).toEqual(netboot.map(([, step]) => step))
  })

  it('is booting until start.conf has been delivered', () => {
    const pc = machine()
    for (const [seconds, step] of netboot.slice(0, -1)) pc.step(seconds, step)
    expect(pc.attempts()[0]?.state).toBe('booting')
    pc.step(33, 'start-conf', { ok: false })
    expect(pc.attempts()[0]?.state).toBe('booting')
  })

  it('takes the later steps in LINBO too', () => {
    const pc = machine()
    for (const [seconds, step] of netboot) pc.step(seconds, step)
    pc.step(35, 'linbo-update')
    pc.step(4000, 'log')
    expect(pc.attempts()).toHaveLength(1)
    expect(pc.attempts()[0]?.steps.at(-1)?.step).toBe('log')
  })
})

describe('where an attempt begins', () => {
  const cases: {
    name: string
    steps: [number, BootStep, Partial<StepInput>?][]
    attempts: number
    states: Attempt['state'][]
  }[] = [
    {
      name: 'keeps offers that repeat within a minute together',
      steps: [
        [0, 'firmware-offer'],
        [4, 'firmware-offer'],
        [12, 'firmware-offer'],
      ],
      attempts: 1,
      states: ['booting'],
    },
    {
      name: 'begins anew when firmware asks again after linbo',
      steps: [...netboot, [60, 'firmware-offer']],
      attempts: 2,
      states: ['linbo', 'booting'],
    },
    {
      name: 'begins anew after ten minutes of silence, and calls the old attempt stalled',
      steps: [
        [0, 'boot-file'],
        [601, 'boot-file'],
      ],
      attempts: 2,
      states: ['stalled', 'booting'],
    },
    {
      name: 'goes on with the same attempt within ten minutes',
      steps: [
        [0, 'boot-file'],
        [590, 'grub-config'],
      ],
      attempts: 1,
      states: ['booting'],
    },
    {
      name: 'begins anew when firmware starts over more than a minute later',
      steps: [
        [0, 'firmware-offer'],
        [1, 'firmware-ack'],
        [2, 'boot-file'],
        [90, 'firmware-offer'],
      ],
      attempts: 2,
      states: ['stalled', 'booting'],
    },
    {
      name: 'goes on when GRUB hands over to iPXE, which asks for an address of its own',
      steps: [...netboot.slice(0, 5), [8, 'firmware-discover'], [9, 'firmware-ack']],
      attempts: 1,
      states: ['booting'],
    },
    {
      name: 'begins anew when firmware asks again after the kernel',
      steps: [...netboot.slice(0, 6), [12, 'firmware-discover']],
      attempts: 2,
      states: ['stalled', 'booting'],
    },
    {
      name: 'begins anew with a second core image after the kernel, when another server gives addresses',
      steps: [
        [0, 'boot-file'],
        [2, 'kernel'],
        [40, 'boot-file'],
      ],
      attempts: 2,
      states: ['stalled', 'booting'],
    },
    {
      name: 'begins with LINBO itself when GRUB on the disk loaded it',
      steps: [
        [0, 'linbo-discover'],
        [0, 'linbo-offer'],
        [1, 'linbo-ack'],
        [3, 'start-conf'],
      ],
      attempts: 1,
      states: ['linbo'],
    },
    {
      name: 'begins with start.conf when another server answers DHCP',
      steps: [[0, 'start-conf']],
      attempts: 1,
      states: ['linbo'],
    },
    {
      name: 'begins anew with a second start.conf of a machine that booted from its disk',
      steps: [
        [0, 'start-conf'],
        [300, 'start-conf'],
      ],
      attempts: 2,
      states: ['linbo', 'linbo'],
    },
    {
      name: 'begins anew with an offer to LINBO after linbo',
      steps: [...netboot, [500, 'linbo-offer'], [501, 'linbo-ack'], [503, 'start-conf']],
      attempts: 2,
      states: ['linbo', 'linbo'],
    },
    {
      name: 'takes a lease that LINBO renews for no boot',
      steps: [...netboot, [86_000, 'linbo-ack']],
      attempts: 1,
      states: ['linbo'],
    },
    {
      name: 'makes no boot of a message from a machine whose boot it did not see',
      steps: [
        [0, 'log'],
        [1, 'ready'],
        [2, 'linbo-update'],
      ],
      attempts: 0,
      states: [],
    },
  ]
  for (const { name, steps, attempts, states } of cases) {
    it(name, () => {
      const pc = machine()
      for (const [seconds, step, more] of steps) pc.step(seconds, step, more)
      expect(pc.attempts()).toHaveLength(attempts)
      expect(pc.attempts().map((attempt) => attempt.state)).toEqual(states)
    })
  }
})

describe('who an attempt belongs to', () => {
  it('learns the host after the address', () => {
    const pc = machine()
    pc.step(0, 'boot-file', { host: null, mac: null })
    pc.step(20, 'start-conf')
    expect(pc.attempts()).toHaveLength(1)
    expect(pc.attempts()[0]).toMatchObject({ host: 'pc01', mac })
  })

  it('joins what was known by MAC and by address once a step names both', () => {
    const pc = machine()
    pc.step(0, 'firmware-offer', { host: null, ip: null })
    pc.step(2, 'boot-file', { host: null, mac: null })
    expect(pc.attempts()).toHaveLength(2)
    const folded = pc.step(20, 'linbo-ack')
    expect(folded?.merged).toBe('b2')
    expect(pc.attempts()).toHaveLength(1)
    expect(pc.attempts()[0]?.steps.map((step) => step.step)).toEqual([
      'firmware-offer',
      'boot-file',
      'linbo-ack',
    ])
  })

  it('tells two machines apart that have the same address one after the other', () => {
    const pc = machine()
    pc.step(0, 'firmware-offer')
    pc.step(5, 'firmware-offer', { host: 'pc02', mac: '52:54:00:00:00:02' })
    expect(pc.attempts().map((attempt) => attempt.host)).toEqual(['pc01', 'pc02'])
    expect(findAttempt(pc.timeline, { host: null, mac, ip: null })?.host).toBe('pc01')
  })

  it('keeps the firmware that the first step told', () => {
    const pc = machine()
    pc.step(0, 'firmware-offer', { firmware: 'uefi-x64' })
    pc.step(1, 'boot-file')
    expect(pc.attempts()[0]?.firmware).toBe('uefi-x64')
  })
})

describe('a machine that goes quiet', () => {
  it.each<[BootStep, number]>([
    ['firmware-offer', 75],
    ['boot-file', 90],
    ['kernel', 45],
    ['initramfs', 150],
    ['linbo-ack', 90],
  ])('is stalled some time after %s, and booting again with its next step', (step, seconds) => {
    const pc = machine()
    pc.step(0, step)
    expect(expire(pc.timeline, start + seconds * 1000 - 1, 1)).toEqual([])
    const [attempt] = expire(pc.timeline, start + seconds * 1000, 1)
    expect(attempt?.state).toBe('stalled')
    expect(pc.step(200, 'linbo-ack')?.attempt.state).toBe('booting')
  })

  it('is given more time when that is wanted', () => {
    const pc = machine()
    pc.step(0, 'boot-file')
    expect(expire(pc.timeline, start + 170_000, 2)).toEqual([])
    expect(expire(pc.timeline, start + 180_000, 2)).toHaveLength(1)
  })

  it('is not stalled in linbo', () => {
    const pc = machine()
    pc.step(0, 'start-conf')
    expect(expire(pc.timeline, start + 3_600_000, 1)).toEqual([])
  })

  it('is forgotten after a day', () => {
    const pc = machine()
    pc.step(0, 'start-conf')
    expire(pc.timeline, start + 25 * 3_600_000, 1)
    expect(pc.timeline.attempts.size).toBe(0)
  })

  it('has steps that repeat on end counted', () => {
    const pc = machine()
    for (const seconds of [0, 4, 12]) {
      pc.step(seconds, 'firmware-discover')
      pc.step(seconds, 'firmware-offer')
    }
    expect(pc.attempts()[0]?.steps).toMatchObject([
      { step: 'firmware-discover', times: 3 },
      { step: 'firmware-offer', times: 3 },
    ])
  })
})

describe('a file that is the first sign of a machine', () => {
  const fetching = (seconds: number, via: 'tftp' | 'http' | 'rsync') => ({
    ...{
      id: 1,
      type: 'transfer.started' as const,
      at: new Date(start + seconds * 1000).toISOString(),
    },
    ...{ host: 'pc01', mac, ip: '10.0.0.1', transfer: `t${seconds}`, via },
    ...{ direction: 'down' as const, file: 'linbo64', sizeBytes: 10 },
  })

  it('begins an attempt when it is a boot file', () => {
    const pc = machine()
    const begun = attemptOfFile(pc.timeline, fetching(0, 'http'), 'kernel', 'b1')
    expect(begun?.attempt).toMatchObject({ id: 'b1', state: 'booting', steps: [] })
    expect(attemptOfFile(pc.timeline, fetching(1, 'http'), 'initramfs', 'b2')?.attempt.id).toBe(
      'b1',
    )
  })

  it('begins a new one after LINBO, but not by rsync', () => {
    const pc = machine()
    pc.step(0, 'start-conf')
    expect(attemptOfFile(pc.timeline, fetching(9, 'rsync'), 'start-conf', 'x')?.attempt.id).toBe(
      'b1',
    )
    expect(attemptOfFile(pc.timeline, fetching(9, 'tftp'), 'boot-file', 'x')?.attempt.id).toBe('x')
  })

  it('is of no boot when it is another file of a machine nobody saw boot', () => {
    expect(attemptOfFile(machine().timeline, fetching(0, 'tftp'), undefined, 'x')).toBeUndefined()
  })
})
