import { z } from '@hono/zod-openapi'
import { groupGrubConfig, grubMenu, grubMenuSvg } from '@linbo/boot'
import { parseStartConf } from '@linbo/formats'
import { startConfProblem } from '../groups/start-conf-view.ts'

const words = z.array(z.string())
const actionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('linbo'),
    from: z.enum(['cache-or-network', 'network']),
    commands: words.openapi({ description: 'what LINBO does first', example: ['sync:1'] }),
    parameters: words,
  }),
  z.object({
    kind: z.literal('system'),
    os: z.number().int(),
    device: z.string().nullable().openapi({ example: '(hd0,3)' }),
    label: z.string(),
    kernel: z.string().openapi({ description: 'tried when no kernel lies in a usual place' }),
    initrd: z.string(),
    parameters: words,
  }),
  z.object({
    kind: z.literal('iso'),
    os: z.number().int(),
    file: z.string().openapi({ description: 'in the cache' }),
    kernel: z.string(),
    initrd: z.string(),
    parameters: words,
  }),
])

/** The menu GRUB shows the machines of a group, as data. */
export const grubMenuSchema = z
  .object({
    group: z.string(),
    cache: z
      .object({ device: z.string(), label: z.string() })
      .nullable()
      .openapi({ description: 'null: LINBO always comes from the network' }),
    entries: z.array(
      z.object({
        title: z.string(),
        class: z.string().openapi({ description: 'chooses the icon', example: 'ubuntu_start' }),
        action: actionSchema,
      }),
    ),
    defaultEntry: z.number().int().openapi({ description: 'the entry that starts, from 0' }),
    fallbackEntry: z.number().int().nullable().openapi({
      description: 'the entry that starts when the default cannot',
    }),
    timeoutSeconds: z.number().int().openapi({
      description: '0: the menu is shown only when nothing can be started',
    }),
    isGraphical: z.boolean().openapi({ description: 'false on a serial console' }),
    kernelOptions: words,
  })
  .openapi('GrubMenu')

export const grubPreviewSchema = z
  .object({
    text: z.string().openapi({ description: 'the configuration' }),
    menu: grubMenuSchema,
    picture: z.string().openapi({ description: 'the menu as SVG' }),
    problems: z.array(startConfProblem),
  })
  .openapi('GrubPreview')

export type GrubPreview = z.infer<typeof grubPreviewSchema>

export interface Screen {
  width: number
  height: number
}

/** What GRUB would be given for this start.conf. */
export function grubPreview(startConf: string, group: string, screen?: Screen): GrubPreview {
  const conf = parseStartConf(startConf, { group })
  const menu = grubMenu({ group, startConf: conf })
  return {
    text: groupGrubConfig({ group, startConf: conf }),
    menu,
    picture: grubMenuSvg(menu, screen),
    problems: conf.problems,
  }
}

/** The screen of a picture in a query, in pixels. */
export const screenQuery = {
  width: z.coerce.number().int().min(320).max(3840).default(1024),
  height: z.coerce.number().int().min(240).max(2160).default(768),
}
