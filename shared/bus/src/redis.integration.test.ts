import { startRedis, type TestRedis } from '@linbo/test/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeBusContract } from './contract.ts'
import { openBus } from './open.ts'
import { openRedisBus } from './redis.ts'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describeBusContract('Redis', async (options) => {
  const admin = new Redis(redis.url)
  await admin.flushall()
  admin.disconnect()
  return openRedisBus(redis.url, options)
})

describe('Redis bus', () => {
  it('carries news between two processes', async () => {
    const [one, two] = [await openRedisBus(redis.url), await openRedisBus(redis.url)]
    const heard = Promise.withResolvers<unknown>()
    await two.subscribe(heard.resolve)
    one.publish('image.removed', { image: 'a' })
    expect(await heard.promise).toMatchObject({ image: 'a' })
    await one.close()
    await two.close()
  })

  it('survives a Redis that goes away and comes back', async () => {
    const bus = await openRedisBus(redis.url)
    const seen: string[] = []
    const subscription = await bus.subscribe((event) => seen.push(event.type))
    await redis.stop()
    bus.publish('image.removed', { image: 'lost' })
    expect(await bus.ping()).toBe(false)
    await redis.restart()
    const deadline = Date.now() + 10_000
    while (!seen.includes('start-conf.changed') && Date.now() < deadline) {
      bus.publish('start-conf.changed', { group: 'lab' })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(seen).toContain('start-conf.changed')
    await subscription.close()
    await bus.close()
  })

  it('says what to do when nothing answers', async () => {
    await expect(openBus({ url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'BUS_UNREACHABLE',
      fix: 'Start Redis, or correct REDIS_URL.',
    })
    await expect(openBus({ url: undefined, shared: true })).rejects.toMatchObject({
      code: 'BUS_REQUIRED',
    })
  })
})
