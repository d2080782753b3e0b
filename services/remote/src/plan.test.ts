import { describe, expect, it } from 'vitest'
import { createPlan, type Plan } from './plan.ts'

function planned(commands: string, options: Record<string, unknown> = {}, hosts = 1): Plan {
  const made = createPlan(commands, options, hosts)
  if ('refused' in made) throw new Error(made.refused)
  return made.plan
}

describe('createPlan', () => {
  it('runs one wrapper per command', () => {
    const plan = planned('partition,sync:1,create_image:2:"my image",upload_image:2,start:1')
    expect(plan.steps).toEqual([
      {
        label: 'partition',
        words: ['linbo_wrapper', 'partition'],
        uploads: false,
        endsSession: false,
      },
      { label: 'sync:1', words: ['linbo_wrapper', 'sync:1'], uploads: false, endsSession: false },
      {
        label: 'create_image:2:"my image"',
        words: ['linbo_wrapper', 'create_image:2:my image'],
        uploads: false,
        endsSession: false,
      },
      {
        label: 'upload_image:2',
        words: ['linbo_wrapper', 'upload_image:2'],
        uploads: true,
        endsSession: false,
      },
      { label: 'start:1', words: ['linbo_wrapper', 'start:1'], uploads: false, endsSession: true },
    ])
    expect(plan).toMatchObject({ mode: 'now', wake: null, onboot: null, uploads: true })
  })

  it('calls the prestart script directly, because the wrapper cannot', () => {
    expect(planned('prestart:1').steps[0]?.words).toEqual(['linbo_prestart', '1'])
  })

  const wake = { waitSeconds: 120, betweenSeconds: 2, broadcast: true }
  const wakeMs = { waitMs: 120_000, betweenMs: 2000, broadcast: true }
  const none = { ...wake, waitSeconds: 0 }
  it.each<[string, string, Record<string, unknown>, object]>([
    ['wakes before commands', 'sync:1', { when: 'now', wake }, { mode: 'now', wake: wakeMs }],
    [
      'does not wake for commands without waiting',
      'sync:1',
      { wake: none },
      { mode: 'now', wake: null },
    ],
    ['only wakes without commands', '', { when: 'now', wake }, { mode: 'wake', wake: wakeMs }],
    ['wakes without waiting', '', { wake: none }, { mode: 'wake', wake: { waitMs: 0 } }],
    [
      'writes a file for the next boot',
      'sync:1',
      { when: 'next-boot' },
      { mode: 'next-boot', steps: [], wake: null, onboot: { noauto: false, disableGui: false } },
    ],
    [
      'writes a file for flags alone',
      '',
      { when: 'now', noauto: true, wake },
      {
        mode: 'next-boot',
        wake: wakeMs,
        onboot: { commands: [], noauto: true, disableGui: false },
      },
    ],
    [
      'writes the flags for the boot before the commands',
      'sync:1',
      { disableGui: true, wake },
      { mode: 'now', onboot: { commands: [], noauto: false, disableGui: true } },
    ],
    [
      'ignores options that are not what they should be',
      'label',
      { wake: 'yes', noauto: 1 },
      { wake: null, onboot: null },
    ],
  ])('%s', (_name, commands, options, plan) => {
    expect(planned(commands, options)).toMatchObject(plan)
  })

  it.each([
    ['poweroff', {}, 1, /not a command/],
    ['', {}, 1, /neither a command/],
    ['create_image:1', {}, 2, /one host only/],
    ['label,upload_qdiff:1', { when: 'next-boot' }, 3, /one host only/],
  ])('refuses %j with %j on %i hosts', (commands, options, hosts, reason) => {
    expect(createPlan(commands, options, hosts)).toEqual({ refused: expect.stringMatching(reason) })
  })
})
