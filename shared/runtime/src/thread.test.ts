import { expect, it } from 'vitest'
import { startThread } from './thread.ts'

const module = (code: string) =>
  new URL(
    `data:text/javascript,import { parentPort, workerData } from 'node:worker_threads';${code}`,
  )

it('resolves with what the thread says when it is up, then passes on its messages', async () => {
  const heard = Promise.withResolvers<unknown>()
  const thread = await startThread<{ port: number }, { type: string }>({
    module: module(`
      parentPort.once('message', (text) => {
        parentPort.postMessage({ type: 'echo', text });
        parentPort.close();
      });
      parentPort.postMessage({ type: 'up', up: { port: workerData } })`),
    data: 69,
    onMessage: heard.resolve,
  })
  expect(thread.up.port).toBe(69)
  thread.post('hello')
  expect(await heard.promise).toEqual({ type: 'echo', text: 'hello' })
  await thread.exited
})

it('rejects with what the thread could not start for, and its fix', async () => {
  const error = { code: 'UDP_PORT', message: 'port 69 is taken', fix: 'Stop the other.' }
  const starting = startThread({
    module: module(`parentPort.postMessage({ type: 'failed', error: workerData })`),
    data: error,
    onMessage: () => {},
  })
  await expect(starting).rejects.toMatchObject(error)
})

it('rejects when the module cannot be loaded', async () => {
  const starting = startThread({
    module: module(`throw new Error('no such library')`),
    data: undefined,
    onMessage: () => {},
  })
  await expect(starting).rejects.toThrow('no such library')
})
