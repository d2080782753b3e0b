import { expect, it } from 'vitest'
import { type News, TransferNews } from './news.ts'

it('tells progress at most four times a second', () => {
  let now = 0
  const told: News[] = []
  const what = { ip: '10.0.0.1', file: 'linbofs64', sizeBytes: 1_000_000 }
  const news = new TransferNews(
    (one) => told.push(one),
    () => now,
    what,
  )
  for (; now < 1000; now += 10) news.progress(now * 100)
  news.finished({ result: 'ok', bytes: 1_000_000, retries: 3, reason: null })
  const [started, ...rest] = told
  expect(started).toMatchObject({ type: 'started', ...what })
  const speeds = rest.flatMap((one) => (one.type === 'progress' ? one.bytesPerSecond : []))
  expect(speeds).toEqual([100_000, 100_000, 100_000])
  expect(rest.at(-1)).toMatchObject({ type: 'finished', result: 'ok', retries: 3, ms: 1000 })
})

it('tells nothing of a transfer that never began', () => {
  const told: News[] = []
  new TransferNews(
    (one) => told.push(one),
    () => 0,
    { ip: '10.0.0.1', file: 'linbofs64', sizeBytes: 1 },
  )
  expect(told).toEqual([])
})
