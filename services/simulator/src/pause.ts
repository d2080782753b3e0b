import { pause as wait } from '@linbo/runtime'

/** Waits. @throws the reason of `signal` when it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, signal)
  signal.throwIfAborted()
}
