import { z } from '@hono/zod-openapi'
import {
  parseMac,
  roles,
  whyNotGroup,
  whyNotHostIp,
  whyNotHostname,
  whyNotRoom,
} from '@linbo/formats'

/** A text that a rule of LINBO's formats accepts; the rule's reason is the message. */
function checked(whyNot: (text: string) => string | undefined) {
  return z.string().superRefine((text, ctx) => {
    const reason = whyNot(text)
    if (reason) ctx.addIssue({ code: 'custom', message: reason })
  })
}

export const hostname = z
  .string()
  .trim()
  .toLowerCase()
  .superRefine((text, ctx) => {
    const reason = whyNotHostname(text)
    if (reason) ctx.addIssue({ code: 'custom', message: reason })
  })
  .openapi({ example: 'r204-pc07' })

const mac = z
  .string()
  .transform((text, ctx) => {
    const parsed = parseMac(text)
    if (parsed) return parsed
    ctx.addIssue({ code: 'custom', message: `"${text.slice(0, 40)}" is no MAC` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: '52:54:00:ab:cd:07' })

export const groupName = checked(whyNotGroup).openapi({ example: 'lab204' })

/** A column of devices.csv, which has no quoting. */
const column = (longest: number) =>
  z
    .string()
    .max(longest)
    .trim()
    .regex(/^[^;\p{Cc}]*$/u, 'a column has neither semicolons nor control characters')

export const schoolName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a school has only a-z, 0-9 and -')

export const fields = {
  mac,
  ip: checked(whyNotHostIp)
    .nullable()
    .openapi({ description: 'null: the address comes from the pool', example: '10.16.204.7' }),
  group: groupName,
  room: checked(whyNotRoom).openapi({ example: 'r204' }),
  school: schoolName,
  pxe: z
    .number()
    .int()
    .min(0)
    .max(3)
    .openapi({ description: '0 no PXE, 1 LINBO, 2 LINBO with OPSI, 3 OPSI' }),
  role: z.enum(roles),
  comment: column(200),
  officeKey: column(200),
  windowsKey: column(200),
  dhcpOptions: column(500).openapi({
    description: 'ISC dhcpd statements, comma separated',
    example: 'next-server 10.0.0.9, filename "x.efi"',
  }),
}

/** The body of POST /hosts. */
export const newHost = z
  .strictObject({
    hostname,
    ...fields,
    ip: fields.ip.default(null),
    school: fields.school.default('default-school'),
    pxe: fields.pxe.default(1),
    role: fields.role.default('classroom-studentcomputer'),
    comment: fields.comment.default(''),
    officeKey: fields.officeKey.default(''),
    windowsKey: fields.windowsKey.default(''),
    dhcpOptions: fields.dhcpOptions.default(''),
  })
  .openapi('NewHost')

/** The body of PATCH /hosts/{hostname}. */
export const hostChange = z
  .strictObject(fields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one field to change')
  .openapi('HostChange')
