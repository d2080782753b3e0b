import { recordAudit } from '@linbo/db'
import type { Context } from 'hono'
import type { AppDeps } from '../deps.ts'
import { type AppEnv, sourceOf } from '../router.ts'

/** Records what the signed-in administrator did. `detail` never holds a secret. */
export function audit(
  deps: Pick<AppDeps, 'db'>,
  c: Context<AppEnv>,
  action: string,
  target: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const who = c.get('who') ?? 'nobody'
  return recordAudit(deps.db, { who, source: sourceOf(c), action, target, detail })
}
