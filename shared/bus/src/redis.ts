import { Redis } from 'ioredis'
import type { Bus, State, Subscription } from './bus.ts'
import type { BusEvent, Events, EventType } from './events.ts'
import { keptEvents } from './memory.ts'

const stream = 'linbo:events'
const counter = 'linbo:events:last'

// Numbers and appends in one step, so that ids on the stream only ever grow. A new counter starts at the
// clock's milliseconds: ids go on growing even when Redis lost its data.
const append = `
local id = redis.call('INCR', KEYS[1])
if id == 1 then
  local t = redis.call('TIME')
  id = t[1] * 1000 + math.floor(t[2] / 1000)
  redis.call('SET', KEYS[1], string.format('%.0f', id))
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], string.format('%.0f', id) .. '-0', 'e', ARGV[1])
return id`

const acquireLock = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

/** The bus over Redis Streams: news for several processes, and state they share. */
export async function openRedisBus(url: string, options: { keep?: number } = {}): Promise<Bus> {
  const connect = () => {
    const redis = new Redis(url, {
      maxRetriesPerRequest: 1,
      lazyConnect: true,
      retryStrategy: backoff,
    })
    redis.on('error', () => {})
    return redis
  }
  const writer = connect()
  await writer.connect()
  const readers = new Set<Redis>()
  const pending = new Set<Promise<unknown>>()

  return {
    publish<T extends EventType>(type: T, fields: Events[T]) {
      const body = JSON.stringify({ at: new Date().toISOString(), type, ...fields })
      const sent = writer
        .eval(append, 2, counter, stream, body, String(options.keep ?? keptEvents))
        .catch(() => {})
        .finally(() => pending.delete(sent))
      pending.add(sent)
    },
    async subscribe(handler, { since, onGap } = {}): Promise<Subscription> {
      const reader = connect()
      await reader.connect()
      readers.add(reader)
      const newest = Number((await reader.get(counter)) ?? 0)
      let cursor = since ?? newest
      if (since) {
        const [oldest] = (await reader.xrange(stream, '-', '+', 'COUNT', 1)) as [string, string[]][]
        const first = oldest ? Number(oldest[0].split('-')[0]) : newest + 1
        if (since > newest) onGap?.()
        // Behind what is kept: the first event we read jumps and reports the hole, if there is one to read.
        else if (since < first - 1 && !oldest) onGap?.()
        if (since > newest) cursor = 0
      }
      let open = true
      const follow = async () => {
        while (open) {
          try {
            const answer = await reader.xread(
              'COUNT',
              500,
              'BLOCK',
              5000,
              'STREAMS',
              stream,
              `${cursor}-0`,
            )
            for (const [id, [, json]] of answer?.[0]?.[1] ?? []) {
              const next = Number(id.split('-')[0])
              // Trimmed before we read them: ids are consecutive, so a jump is a hole.
              if (open && cursor > 0 && next > cursor + 1) onGap?.()
              cursor = next
              if (open && json) handler({ id: cursor, ...JSON.parse(json) } as BusEvent)
            }
          } catch {
            if (open) await new Promise((resolve) => setTimeout(resolve, 200))
          }
        }
      }
      const following = follow()
      return {
        async close() {
          open = false
          readers.delete(reader)
          reader.disconnect()
          await following
        },
      }
    },
    lastId: async () => Number((await writer.get(counter)) ?? 0),
    state: createRedisState(writer),
    ping: () =>
      writer.ping().then(
        () => true,
        () => false,
      ),
    async close() {
      await Promise.race([
        Promise.allSettled([...pending]),
        new Promise((resolve) => setTimeout(resolve, 1000).unref()),
      ])
      for (const reader of readers) reader.disconnect()
      writer.disconnect()
    },
  }
}

function createRedisState(redis: Redis): State {
  const full = (key: string) => `linbo:state:${key}`
  return {
    async set(key, value, ttlMs) {
      await redis.set(full(key), JSON.stringify(value), 'PX', Math.max(1, Math.round(ttlMs)))
    },
    async acquire(key, owner, ttlMs) {
      return (
        (await redis.eval(acquireLock, 1, full(key), JSON.stringify(owner), String(ttlMs))) === 1
      )
    },
    async get<T>(key: string) {
      const json = await redis.get(full(key))
      return json === null ? undefined : (JSON.parse(json) as T)
    },
    async list<T>(prefix: string) {
      const found = new Map<string, T>()
      const pattern = `${full(prefix).replace(/[*?[\]\\]/g, '\\$&')}*`
      let cursor = '0'
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 500)
        cursor = next
        if (keys.length === 0) continue
        const values = await redis.mget(keys)
        keys.forEach((key, index) => {
          const json = values[index]
          if (json) found.set(key.slice(full('').length), JSON.parse(json) as T)
        })
      } while (cursor !== '0')
      return found
    },
    async delete(key) {
      await redis.del(full(key))
    },
  }
}

/** Milliseconds to the next attempt: 50 ms growing to 2 s. */
function backoff(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 2000)
}
