import type { DiskLayout, Problem } from '@linbo/formats'
import { http } from '#lib/http.ts'
import type { Page } from '#lib/resources.ts'

export type VersionSource = 'api' | 'cli' | 'disk' | 'restore' | 'rename' | 'clone' | 'found'

/** One state of a start.conf. */
export interface Version {
  number: number
  /** SHA-256 of the text; null when the file was removed. */
  revision: string | null
  sizeBytes: number | null
  author: string
  source: VersionSource
  at: string
  comment: string
}

export interface Group {
  name: string
  hosts: number
  startConf: boolean
  /** SHA-256 of the start.conf. */
  revision: string | null
  /** The newest version. */
  changed: Version | null
  /** Names it had before; machines that still know one of them go on booting. */
  formerNames: string[]
  os: { number: number; name: string; image: string }[]
  errors: number
  warnings: number
}

export interface GroupDetail extends Group {
  problems: Problem[]
  layout: DiskLayout[]
}

/** What `START_CONF_CONFLICT` carries. */
export interface Conflict {
  current: (Version & { text: string }) | null
  removed: Version | null
}

export interface GrubMenu {
  entries: { title: string; class: string }[]
  defaultEntry: number
}

/** What GRUB reads for the machines of a group. */
export interface GroupGrub {
  text: string | null
  /** Written by somebody else, who keeps it. */
  handWritten: boolean
}

/** What GRUB would be given for a start.conf, saved or not. */
export interface GrubPreview {
  text: string
  menu: GrubMenu
  /** SVG. */
  picture: string
}

/** Which configuration a host's machine gets. */
export interface HostGrub {
  group: string
  reason:
    | 'main-hand-written'
    | 'main-missing'
    | 'host-file'
    | 'host-link'
    | 'group'
    | 'mac'
    | 'none'
  file: string | null
  handWritten: boolean
  menu: GrubMenu | null
}

const group = (name: string, rest = '') => `/groups/${encodeURIComponent(name)}${rest}`

export const groupsApi = {
  list: async () => (await http.get<Page<Group>>('/groups')).items,
  one: (name: string) => http.get<GroupDetail>(group(name)),
  text: (name: string) => http.text(group(name, '/start-conf')),
  grub: (name: string) => http.get<GroupGrub>(group(name, '/grub')),
  grubPreview: (name: string, startConf: string) =>
    http.send<GrubPreview>(
      'POST',
      `/start-conf/grub?group=${encodeURIComponent(name)}`,
      startConf,
      'text/plain',
    ),
  hostGrub: (hostname: string) => http.get<HostGrub>(`/hosts/${encodeURIComponent(hostname)}/grub`),
  /** @param revision the state that was edited; null when there was no file. */
  save: (name: string, text: string, revision: string | null) =>
    http.send<GroupDetail>('PUT', group(name, '/start-conf'), text, 'text/plain', {
      ...(revision ? { 'if-match': `"${revision}"` } : { 'if-none-match': '*' }),
    }),
  create: (name: string, startConf: string) =>
    http.post<GroupDetail>('/groups', { name, startConf }),
  remove: (name: string) => http.remove(group(name)),
  clone: (name: string, to: string) => http.post<GroupDetail>(group(name, '/clone'), { name: to }),
  rename: (name: string, to: string) =>
    http.post<{ group: GroupDetail; hosts: number }>(group(name, '/rename'), { name: to }),
  versions: (name: string, cursor: string | null = null) =>
    http.get<Page<Version>>(group(name, '/versions'), { cursor, limit: 50 }),
  version: (name: string, number: number) =>
    http.get<Version & { text: string | null }>(group(name, `/versions/${number}`)),
  restore: (name: string, number: number) =>
    http.post<GroupDetail>(group(name, `/versions/${number}/restore`)),
}
