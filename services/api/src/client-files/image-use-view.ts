import { z } from '@hono/zod-openapi'
import type { ImageUseRow } from '@linbo/db'
import { moment } from '../answers.ts'
import type { ImageVersions } from './image-versions.ts'

export const imageUseSchema = z
  .object({
    host: z.string(),
    image: z.string(),
    kind: z.enum(['applied', 'created']),
    clientTime: z
      .string()
      .openapi({ description: "by the client's clock", example: '2026-11-20T07:45' }),
    at: moment.openapi({ description: 'when the client told' }),
    version: z.string().nullable().openapi({ description: '`timestamp` of the image it was' }),
    isCurrent: z
      .boolean()
      .nullable()
      .openapi({ description: "whether that is the server's version; null when one is not known" }),
  })
  .openapi('ImageUse')

export type ImageUse = z.infer<typeof imageUseSchema>

export async function imageUseView(row: ImageUseRow, versions: ImageVersions): Promise<ImageUse> {
  const current = await versions(row.image)
  return {
    host: row.hostname,
    image: row.image,
    kind: row.kind,
    clientTime: row.client_time.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5'),
    at: row.at.toISOString(),
    version: row.version,
    isCurrent: current === null || row.version === null ? null : current === row.version,
  }
}
