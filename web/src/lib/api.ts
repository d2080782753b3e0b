import { http } from './http.ts'
import type {
  AuditLine,
  BootAttempt,
  BootFile,
  EffectiveSetting,
  Host,
  Lease,
  Operation,
  OperationOptions,
  OutputChunk,
  Page,
  Status,
  Transfer,
} from './resources.ts'

const part = encodeURIComponent

/** Fetches a list to its end. */
async function all<T>(path: string, query: Record<string, string | number | boolean> = {}) {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await http.get(path, { ...query, cursor })
    items.push(...page.items)
    cursor = page.next ?? null
  } while (cursor)
  return items
}

async function some<T>(path: string, query: Record<string, string | number | boolean> = {}) {
  return (await http.get<Page<T>>(path, query)).items
}

export interface Targets {
  hosts?: string[]
  group?: string
  room?: string
  school?: string
}

export type NewHost = Pick<Host, 'hostname' | 'mac' | 'ip' | 'group' | 'room'> &
  Partial<Pick<Host, 'school' | 'pxe' | 'role' | 'comment'>>

/** The API, one function per request. */
export const api = {
  session: () => http.get<{ who: string }>('/session'),
  signIn: (token: string) => http.post<{ who: string }>('/session', { token }),
  signOut: () => http.remove('/session'),

  status: () => http.get<Status>('/status'),
  bootFiles: () => some<BootFile>('/boot-files'),
  settings: () => some<EffectiveSetting>('/settings'),
  leases: () => some<Lease>('/leases'),
  audit: () => some<AuditLine>('/audit'),

  hosts: () => all<Host>('/hosts', { limit: 1000 }),
  host: (hostname: string) => http.get<Host>(`/hosts/${part(hostname)}`),
  addHost: (host: NewHost) => http.post<Host>('/hosts', host),
  changeHost: (hostname: string, changes: Partial<NewHost>) =>
    http.patch<Host>(`/hosts/${part(hostname)}`, changes),
  removeHost: (hostname: string) => http.remove(`/hosts/${part(hostname)}`),
  forgetKey: (hostname: string) => http.remove(`/hosts/${part(hostname)}/known-key`),

  boots: (filter: { host?: string; mac?: string; limit?: number }) =>
    some<BootAttempt>('/boots', filter),
  boot: (id: string) => http.get<BootAttempt>(`/boots/${part(id)}`),
  transfers: (filter: { host?: string; running?: boolean; limit?: number }) =>
    some<Transfer>('/transfers', filter),
  operations: (filter: { host?: string; state?: string; limit?: number }) =>
    some<Operation>('/operations', filter),
  operation: (id: string) => http.get<Operation>(`/operations/${part(id)}`),
  start: (commands: string, targets: Targets, options: OperationOptions) =>
    http.post<Operation>('/operations', { commands, targets, options }),
  cancel: (id: string) => http.post<unknown>(`/operations/${part(id)}/cancel`),
  output: (id: string, host: string, after = -1) =>
    http.get<Page<OutputChunk>>(`/operations/${part(id)}/output`, { host, after }),
}
