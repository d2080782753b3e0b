import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bus } from './bus.ts'
import type { BusEvent } from './events.ts'

/** What every bus does. `open` gives a fresh one that shares nothing with the one before. */
export function describeBusContract(
  name: string,
  open: (options?: { keep?: number }) => Promise<Bus>,
): void {
  describe(`${name} bus`, () => {
    let bus: Bus
    beforeEach(async () => {
      bus = await open()
    })
    afterEach(async () => {
      await bus.close()
    })
    const removed = (image: string) => bus.publish('image.removed', { image })

    it('delivers events flat, dated and numbered in order', async () => {
      const { events, received } = collector()
      const subscription = await bus.subscribe(events.handler)
      removed('a')
      bus.publish('start-conf.changed', { group: 'lab' })
      await received(2)
      const [first, second] = events.list
      expect(first).toMatchObject({ type: 'image.removed', image: 'a' })
      expect(second).toMatchObject({ type: 'start-conf.changed', group: 'lab' })
      expect(second!.id).toBe(first!.id + 1)
      expect(new Date(first!.at).getTime()).toBeGreaterThan(1.6e12)
      await subscription.close()
    })

    it('replays what came after an id, then goes on without a hole', async () => {
      const before = collector()
      const first = await bus.subscribe(before.events.handler)
      for (const image of ['a', 'b', 'c']) removed(image)
      await before.received(3)
      const after = collector()
      let gap = false
      const onGap = () => {
        gap = true
      }
      const second = await bus.subscribe(after.events.handler, {
        since: before.events.list[0]!.id,
        onGap,
      })
      removed('d')
      await after.received(3)
      expect(after.events.list.map((event) => (event as { image?: string }).image)).toEqual([
        'b',
        'c',
        'd',
      ])
      expect(gap).toBe(false)
      await first.close()
      await second.close()
    })

    it('gives only new events without since, and everything kept with since 0', async () => {
      removed('old')
      await until(async () => (await bus.lastId()) > 0)
      const fresh = collector()
      const first = await bus.subscribe(fresh.events.handler)
      const all = collector()
      const second = await bus.subscribe(all.events.handler, { since: 0 })
      removed('new')
      await all.received(2)
      await fresh.received(1)
      expect(fresh.events.list).toHaveLength(1)
      await first.close()
      await second.close()
    })

    it('says so when events after since are no longer kept', async () => {
      await bus.close()
      bus = await open({ keep: 10 })
      removed('first')
      await until(async () => (await bus.lastId()) > 0)
      const since = await bus.lastId()
      for (let n = 0; n < 400; n++) removed(`n${n}`)
      await until(async () => (await bus.lastId()) === since + 400)
      let gap = false
      const late = collector()
      const second = await bus.subscribe(late.events.handler, {
        since,
        onGap: () => {
          gap = true
        },
      })
      removed('last')
      await until(async () =>
        late.events.list.some((event) => JSON.stringify(event).includes('"last"')),
      )
      expect(gap).toBe(true)
      await second.close()
    })

    it('reports a gap for an id from another life', async () => {
      removed('a')
      await until(async () => (await bus.lastId()) > 0)
      let gap = false
      const since = (await bus.lastId()) + 1_000_000
      const subscription = await bus.subscribe(() => {}, {
        since,
        onGap: () => {
          gap = true
        },
      })
      await until(async () => gap)
      expect(gap).toBe(true)
      await subscription.close()
    })

    it('stops delivering after close', async () => {
      const { events } = collector()
      const subscription = await bus.subscribe(events.handler)
      await subscription.close()
      removed('a')
      await until(async () => (await bus.lastId()) > 0)
      expect(events.list).toEqual([])
    })

    it("hands out copies, never the publisher's object", async () => {
      const { events, received } = collector()
      const subscription = await bus.subscribe(events.handler)
      const hosts = ['pc01']
      bus.publish('operation.started', { operation: 'o', commands: 'sync:1', hosts, by: 'test' })
      hosts.push('pc02')
      await received(1)
      expect(events.list[0]).toMatchObject({ hosts: ['pc01'] })
      await subscription.close()
    })

    it('keeps state until it expires', async () => {
      await bus.state.set('host:pc01', { status: 'linbo' }, 60_000)
      await bus.state.set('host:pc02', { status: 'off' }, 60_000)
      await bus.state.set('host:pc03', { status: 'off' }, 20)
      await bus.state.set('other:x', 1, 60_000)
      expect(await bus.state.get('host:pc01')).toEqual({ status: 'linbo' })
      await until(async () => (await bus.state.get('host:pc03')) === undefined)
      expect([...(await bus.state.list('host:')).keys()].sort()).toEqual(['host:pc01', 'host:pc02'])
      await bus.state.delete('host:pc01')
      expect(await bus.state.get('host:pc01')).toBeUndefined()
    })

    it('lets one owner hold a lock until it expires', async () => {
      expect(await bus.state.acquire('lock', 'one', 60_000)).toBe(true)
      expect(await bus.state.acquire('lock', 'two', 60_000)).toBe(false)
      expect(await bus.state.acquire('lock', 'one', 30)).toBe(true)
      await until(() => bus.state.acquire('lock', 'two', 60_000))
      expect(await bus.state.acquire('lock', 'one', 60_000)).toBe(false)
    })
  })
}

function collector() {
  const list: BusEvent[] = []
  const handler = (event: BusEvent) => void list.push(event)
  return {
    events: { list, handler },
    received: (count: number) => until(async () => list.length >= count),
  }
}

/** Resolves when `condition` holds; fails after five seconds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen within five seconds')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
