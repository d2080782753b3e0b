import type { TransferResult } from '@linbo/bus'
import { m } from '#lib/paraglide/messages.js'

const words: Record<TransferResult, () => string> = {
  ok: m.result_ok,
  failed: m.result_failed,
  aborted: m.result_aborted,
  missing: m.result_missing,
  refused: m.result_refused,
}

export function resultText(result: TransferResult): string {
  return words[result]?.() ?? result
}

export function resultTone(result: TransferResult): string {
  return result === 'ok' ? 'good' : result === 'missing' ? 'plain' : 'bad'
}
