import { z } from '@hono/zod-openapi'
import { fields, hostname } from '../hosts/host-fields.ts'

const { mac, ip, group, room, role, pxe, school, comment } = fields

/** The body of PATCH /registrations/{id}. */
export const registrationChange = z
  .strictObject({ hostname, mac, ip, room, group, role, pxe })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one field to change')
  .openapi('RegistrationChange')

/** The body of POST /unknown-machines/{mac}/adopt: what is left out is proposed. */
export const adoption = z
  .strictObject({ hostname, ip, room, group, role, pxe, school, comment })
  .partial()
  .openapi('Adoption')
