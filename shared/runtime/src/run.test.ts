import { silentLog } from '@linbo/log'
import { describe, expect, it } from 'vitest'
import { LinboError } from './errors.ts'
import { run } from './run.ts'
import type { Service } from './service.ts'

function service(name: string, story: string[], fails = false): Service {
  return {
    name,
    async start() {
      if (fails) throw new LinboError('X', 'no', { fix: 'yes' })
      story.push(`+${name}`)
    },
    async stop() {
      story.push(`-${name}`)
    },
    health: () => ({ state: 'ok' }),
  }
}

describe('run', () => {
  it('starts in order, stops in reverse, and closes the shared parts last', async () => {
    const story: string[] = []
    const abort = new AbortController()
    await run({
      services: [service('a', story), service('b', story)],
      log: silentLog,
      signal: abort.signal,
      onReady: () => abort.abort(),
      onStopped: async () => void story.push('closed'),
    })
    expect(story).toEqual(['+a', '+b', '-b', '-a', 'closed'])
  })

  it('stops what it started when a later service fails, and what that one had opened', async () => {
    const story: string[] = []
    const services = [service('a', story), service('b', story, true), service('c', story)]
    const running = run({
      services,
      log: silentLog,
      onStopped: async () => void story.push('closed'),
    })
    await expect(running).rejects.toMatchObject({ code: 'X', fix: 'yes' })
    expect(story).toEqual(['+a', '-b', '-a', 'closed'])
  })
})
