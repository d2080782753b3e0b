import type { BootCause, BootStep, BootVerdict } from '@linbo/bus'
import type { StoredBootFile } from '@linbo/db'
import { describe, expect, it } from 'vitest'
import type { Attempt } from './boot-timeline.ts'
import { judge, severityOf } from './boot-verdict.ts'
import { verdictWords } from './boot-verdict-words.ts'

const start = Date.parse('2026-01-05T08:00:00Z')
type Step = [BootStep, BootCause?, string?]
const around = { now: start + 60_000, patience: 1, losing: [], usual: undefined }
const mb = 1_000_000

function attempt(
  state: Attempt['state'],
  steps: Step[],
  files: Partial<StoredBootFile>[] = [],
  more: Partial<Attempt> = {},
): Attempt {
  const at = (index: number) => new Date(start + index * 1000).toISOString()
  return {
    ...{ id: 'b1', host: 'pc17', mac: '52:54:00:00:00:17', ip: '10.0.0.17', firmware: 'uefi-x64' },
    ...{
      room: 'r101',
      group: 'lab',
      pxe: 1,
      state,
      startedAt: start,
      lastAt: start,
      aliveAt: start,
    },
    steps: steps.map(([step, cause, about], index) => ({
      ...{ at: at(index), step, ok: cause === undefined, detail: `${step} detail` },
      ...(cause ? { cause } : {}),
      ...(about ? { about } : {}),
    })),
    files: files.map((file, index) => ({
      ...{ id: `t${index}`, file: 'linbofs64', via: 'tftp', step: 'initramfs', at: at(index) },
      ...{ bytes: 0, sizeBytes: 60 * mb, ms: 1000, retries: 0, result: 'ok', reason: null },
      ...file,
    })),
    verdict: null,
    ...more,
  }
}

const firmware: Step[] = [['firmware-discover'], ['firmware-offer'], ['firmware-ack']]
const loaded: Step[] = [...firmware, ['boot-file'], ['grub-config'], ['kernel'], ['initramfs']]
const leased: Step[] = [...loaded, ['linbo-discover'], ['linbo-offer'], ['linbo-ack']]
const silent: Step = ['initramfs', 'client-silent']
const lossy = { bytes: 20 * mb, retries: 900 }

const cases: { name: string; boot: Attempt; code: BootVerdict | null; says?: RegExp }[] = [
  {
    name: 'took the offer of another DHCP server',
    boot: attempt('booting', [
      ['firmware-discover'],
      ['firmware-offer'],
      ['firmware-ack', 'foreign-server', '10.0.0.99'],
    ]),
    code: 'foreign-server',
    says: /10\.0\.0\.99/,
  },
  {
    name: 'asked as a firmware LINBO has no boot file for',
    boot: attempt('booting', [['firmware-offer', 'wrong-architecture']], [], {
      firmware: 'uefi-ia32',
    }),
    code: 'wrong-architecture',
    says: /uefi-ia32/,
  },
  {
    name: 'asks from a network that is not configured',
    boot: attempt('booting', [['firmware-discover', 'unknown-network', '10.9.0.0']]),
    code: 'unknown-network',
    says: /10\.9\.0\.0/,
  },
  {
    name: 'finds the pool empty',
    boot: attempt('booting', [['firmware-discover', 'pool-exhausted']]),
    code: 'pool-exhausted',
  },
  {
    name: 'is refused its address inside LINBO',
    boot: attempt('booting', [...loaded, ['linbo-ack', 'address-refused']]),
    code: 'address-refused',
  },
  {
    name: 'asks for a kernel that is not there',
    boot: attempt('booting', [...firmware, ['boot-file'], ['kernel', 'file-missing', 'linbo64']]),
    code: 'file-missing',
    says: /linbo64/,
  },
  {
    name: 'belongs to a group without start.conf',
    boot: attempt('booting', [...leased, ['start-conf', 'start-conf-missing', 'start.conf.lab']]),
    code: 'start-conf-missing',
    says: /start\.conf\.lab/,
  },
  {
    name: 'still lacks its start.conf after LINBO came up with an older one',
    boot: attempt('linbo', [...leased, ['start-conf', 'start-conf-missing'], ['ready']]),
    code: 'start-conf-missing',
  },
  {
    name: 'stops answering in the middle of a file',
    boot: attempt(
      'booting',
      [...loaded.slice(0, -1), silent],
      [{ result: 'failed', bytes: 12 * mb, retries: 9 }],
    ),
    code: 'client-silent',
    says: /linbofs64.*pc17 \(10\.0\.0\.17\)/s,
  },
  {
    name: 'stops in the middle of a file that nobody calls off',
    boot: attempt('stalled', loaded.slice(0, -1), [{ result: null, bytes: 12 * mb, ms: null }]),
    code: 'client-silent',
  },
  {
    name: 'loses many packets before it stops answering',
    boot: attempt('booting', [...loaded.slice(0, -1), silent], [{ ...lossy, result: 'failed' }]),
    code: 'packet-loss',
    says: /cable.*pc17 \(10\.0\.0\.17\)/s,
  },
  {
    name: 'loses many packets and arrives all the same',
    boot: attempt('linbo', [...leased, ['start-conf'], ['ready']], [lossy]),
    code: 'packet-loss',
    says: /900 packets.*linbofs64/,
  },
  {
    name: 'loses a packet now and then',
    boot: attempt(
      'linbo',
      [...leased, ['start-conf'], ['ready']],
      [{ bytes: 60 * mb, retries: 12 }],
    ),
    code: null,
  },
  {
    name: 'loses many packets and still boots',
    boot: attempt('booting', loaded, [lossy]),
    code: 'packet-loss',
  },
  { name: 'has not stopped yet', boot: attempt('booting', firmware), code: null },
  {
    name: 'gets no offer',
    boot: attempt('stalled', [['firmware-discover']]),
    code: 'no-answer',
  },
  {
    name: 'does not take the offer',
    boot: attempt('stalled', firmware.slice(0, 2)),
    code: 'offer-not-taken',
  },
  {
    name: 'never asks for its boot file',
    boot: attempt('stalled', firmware),
    code: 'boot-file-not-asked',
  },
  {
    name: 'does nothing with its boot loader',
    boot: attempt('stalled', [...firmware, ['boot-file']]),
    code: 'loader-silent',
  },
  {
    name: 'stays in GRUB',
    boot: attempt('stalled', loaded.slice(0, 5)),
    code: 'kernel-not-asked',
    says: /menu/,
  },
  {
    name: 'loads LINBO and is not heard of again',
    boot: attempt('stalled', loaded),
    code: 'linux-silent',
    says: /KernelOptions/,
  },
  {
    name: 'loads LINBO over a bad link and is not heard of again',
    boot: attempt('stalled', loaded, [lossy]),
    code: 'linux-silent',
  },
  {
    name: 'gets no address inside LINBO',
    boot: attempt('stalled', [...loaded, ['linbo-discover']]),
    code: 'linbo-no-lease',
  },
  {
    name: 'asks another server for its start.conf',
    boot: attempt('stalled', leased),
    code: 'start-conf-not-asked',
    says: /option 54/i,
  },
  {
    name: 'is no host',
    boot: attempt('stalled', leased, [], { host: null, group: null, room: null }),
    code: 'unregistered',
    says: /linbo host add NAME --mac 52:54:00:00:00:17/,
  },
  {
    name: 'has the PXE flag 0',
    boot: attempt('stalled', leased, [], { pxe: 0 }),
    code: 'pxe-off',
  },
  {
    name: 'reads its start.conf and cannot be reached',
    boot: attempt('linbo', [...leased, ['start-conf']], [], { aliveAt: start - 200_000 }),
    code: 'no-ssh',
    says: /2222/,
  },
  {
    name: 'has just read its start.conf',
    boot: attempt('linbo', [...leased, ['start-conf']]),
    code: null,
  },
  {
    name: 'got over an earlier failure',
    boot: attempt('stalled', [['firmware-ack', 'foreign-server'], ...loaded]),
    code: 'linux-silent',
  },
]

describe('the verdict on a machine that', () => {
  for (const { name, boot, code, says } of cases) {
    it(name, () => {
      const verdict = judge(boot, around)
      expect(verdict?.code ?? null).toBe(code)
      if (!verdict) return
      const { title, likelyCause, whatToDo } = verdictWords(verdict)
      const text = [title, likelyCause, ...whatToDo].join('\n')
      expect(text).not.toMatch(/undefined|null|NaN/)
      if (says) expect(text).toMatch(says)
    })
  }
})

it('is a warning while the machine boots all the same', () => {
  expect(severityOf('booting', 'packet-loss')).toBe('warning')
  expect(severityOf('linbo', 'no-ssh')).toBe('warning')
  expect(severityOf('stalled', 'packet-loss')).toBe('error')
  expect(severityOf('booting', 'file-missing')).toBe('error')
})

it('names the room when several of its machines lose packets at once', () => {
  const boot = attempt('linbo', [...leased, ['start-conf'], ['ready']], [lossy])
  expect(judge(boot, { ...around, losing: ['pc18'] })?.code).toBe('packet-loss')
  const verdict = judge(boot, { ...around, losing: ['pc18', 'pc19'] })
  expect(verdict?.code).toBe('room-packet-loss')
  expect(verdict && verdictWords(verdict).likelyCause).toContain('pc17, pc18, pc19')
})

it('calls a boot slow that took much longer than usual, and names the phase', () => {
  const boot = attempt('linbo', [...leased, ['start-conf'], ['ready']])
  const at = (step: string, seconds: number) => {
    for (const one of boot.steps) {
      if (one.step === step) one.at = new Date(start + seconds * 1000).toISOString()
    }
  }
  at('linbo-discover', 90)
  at('linbo-offer', 90)
  at('linbo-ack', 91)
  at('start-conf', 92)
  at('ready', 95)
  const phases = { network: 2000, loader: 2000, kernel: 2000, linux: 20_000, configuration: 4000 }
  const verdict = judge(boot, { ...around, usual: { boots: 9, phases } })
  expect(verdict).toMatchObject({ code: 'slow', facts: { phase: 'linux', phaseUsualMs: 20_000 } })
  const slowRoom = { ...phases, linux: 80_000 }
  expect(judge(boot, { ...around, usual: { boots: 9, phases: slowRoom } })).toBeNull()
  expect(judge(boot, { ...around, usual: { boots: 2, phases } })).toBeNull()
})
