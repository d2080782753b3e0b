import { createRoute, z } from '@hono/zod-openapi'
import { listMissingFirmware } from '@linbo/db'
import {
  firmwareFolders,
  readFirmwareList,
  whyNotFirmware,
  writeFirmwareList,
} from '@linbo/linbofs'
import { audit } from '../access/audit.ts'
import { json, jsonBody, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const firmwareSchema = z
  .object({
    name: z.string().openapi({ example: 'rtl_nic/rtl8168g-3.fw' }),
    hosts: z.array(z.string()).openapi({ description: 'hosts whose kernel asked for it in vain' }),
    configured: z.boolean().openapi({ description: 'the next build puts it into linbofs64' }),
    found: z.boolean().openapi({ description: 'this server has it' }),
  })
  .openapi('BootFirmware')

export type BootFirmware = z.infer<typeof firmwareSchema>

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['boot-files'],
  summary: 'Firmware that clients miss or get',
  responses: { 200: json(page(firmwareSchema), 'Firmware') },
})

const configure = createRoute({
  method: 'put',
  path: '/',
  tags: ['boot-files'],
  summary: 'Say which firmware clients get from the next build on',
  description: 'Replaces the names in the list `firmware`; its comments stay.',
  request: { body: jsonBody(z.object({ names: z.array(z.string().max(300)).max(1000) })) },
  responses: { 200: json(page(firmwareSchema), 'Firmware') },
})

export function bootFirmware(deps: AppDeps) {
  const { configDir, db } = deps
  const look = async () => {
    const missed = new Map((await listMissingFirmware(db)).map((one) => [one.name, one.hosts]))
    const { configured, isFound } = await readFirmwareList(configDir, firmwareFolders(configDir))
    const items = [...new Set([...configured, ...missed.keys()])].sort().map((name) => ({
      name,
      hosts: missed.get(name) ?? [],
      configured: configured.includes(name),
      found: isFound(name),
    }))
    return { items, next: null }
  }
  return createRouter()
    .openapi(list, async (c) => c.json(await look(), 200))
    .openapi(configure, async (c) => {
      const { names } = c.req.valid('json')
      for (const name of names) {
        const reason = whyNotFirmware(name)
        if (reason)
          throw apiError('FIRMWARE_NAME', `"${name}" ${reason}`, 'Take it as the log has it.')
      }
      await writeFirmwareList(configDir, names)
      await audit(deps, c, 'boot-files.firmware', 'firmware', { names })
      return c.json(await look(), 200)
    })
}
