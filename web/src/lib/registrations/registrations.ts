import { http } from '#lib/http.ts'
import type { BootState, Page, Verdict } from '#lib/resources.ts'

export type RegistrationState = 'pending' | 'approved' | 'rejected' | 'duplicate'

/** A machine that asked to become a host. */
export interface Registration {
  id: string
  state: RegistrationState
  hostname: string
  mac: string
  /** Null: the address comes from the pool. */
  ip: string | null
  room: string
  group: string
  role: string
  pxe: number
  from: string | null
  at: string
  lastAt: string
  times: number
  reason: string | null
  decidedBy: string | null
  decidedAt: string | null
  conflicts: {
    field: 'hostname' | 'mac' | 'ip'
    value: string
    host: string | null
    registration: string | null
  }[]
  hasStartConf: boolean
}

export type RegistrationChange = Partial<
  Pick<Registration, 'hostname' | 'mac' | 'ip' | 'room' | 'group'>
>

/** A machine that was heard of and is no host. */
export interface UnknownMachine {
  mac: string
  ip: string | null
  firmware: string | null
  firstAt: string
  lastAt: string
  boots: number
  step: string | null
  detail: string | null
  hidden: boolean
  boot: { id: string; state: BootState; verdict: Verdict | null } | null
  /** The registration of it that waits. */
  registration: string | null
}

export interface Proposal {
  hostname: string
  room: string
  group: string
  ip: string | null
}

export interface RegistrationRules {
  enabled: boolean
  /** No rule applies after this moment. */
  until: string | null
  rules: RegistrationRule[]
}

export interface RegistrationRule {
  rooms: string | null
  hostnames: string | null
  groups: string | null
  groupExists: boolean
  subnet: string | null
}

const part = encodeURIComponent

export const registrationsApi = {
  list: async () => (await http.get<Page<Registration>>('/registrations')).items,
  change: (id: string, change: RegistrationChange) =>
    http.patch<Registration>(`/registrations/${part(id)}`, change),
  approve: (id: string, replace: boolean) =>
    http.post<Registration>(`/registrations/${part(id)}/approve`, { replace }),
  approveAll: (ids: string[]) =>
    http.post<{ items: { hostname: string | null; problem: { detail: string } | null }[] }>(
      '/registrations/approve',
      { ids, replace: false },
    ),
  reject: (id: string) => http.post<Registration>(`/registrations/${part(id)}/reject`, {}),
  rules: () => http.get<RegistrationRules>('/registrations/rules'),
  saveRules: (rules: RegistrationRules) =>
    http.put<RegistrationRules>('/registrations/rules', rules),
  unknown: async () => (await http.get<Page<UnknownMachine>>('/unknown-machines')).items,
  propose: (mac: string, room?: string) =>
    http.get<Proposal>(`/unknown-machines/${part(mac)}/proposal`, { room }),
  adopt: (mac: string, as: Proposal) =>
    http.post<unknown>(`/unknown-machines/${part(mac)}/adopt`, as),
  hide: (mac: string) => http.patch<void>(`/unknown-machines/${part(mac)}`, { hidden: true }),
}
