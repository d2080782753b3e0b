import type { Subscription } from '@linbo/bus'
import { type EventSource, gapMessage } from './event-source.ts'

/** A silent stream gets a comment this often, so that proxies keep it open. */
export const keepAliveMs = 30_000
/** A reader this far behind is cut off, so that it comes back with Last-Event-ID. */
const maxBufferedBytes = 16 * 1024 * 1024

/** The event stream as `text/event-stream`. */
export async function openEventStream(
  events: EventSource,
  since: number | undefined,
): Promise<Response> {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let subscription: Subscription | undefined
  let timer: NodeJS.Timeout | undefined

  const end = () => {
    if (!controller) return
    const former = controller
    controller = undefined
    clearInterval(timer)
    events.closing.removeEventListener('abort', end)
    void subscription?.close()
    former.close()
  }
  const send = (text: string) => {
    if (!controller) return
    if ((controller.desiredSize ?? 0) <= 0) end()
    else controller.enqueue(encoder.encode(text))
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started
      },
      cancel() {
        controller = undefined
        clearInterval(timer)
        events.closing.removeEventListener('abort', end)
        void subscription?.close()
      },
    },
    { highWaterMark: maxBufferedBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  )
  send('retry: 2000\n\n')
  subscription = await events.listen({
    since,
    onEvent: (id, json) => send(`id: ${id}\ndata: ${json}\n\n`),
    onGap: () => send(`data: ${gapMessage}\n\n`),
  })
  timer = setInterval(() => send(': still here\n\n'), keepAliveMs)
  events.closing.addEventListener('abort', end)
  if (events.closing.aborted) end()
  if (!controller) {
    clearInterval(timer)
    await subscription.close()
  }
  return new Response(stream, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
  })
}
