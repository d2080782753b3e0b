import { http } from '#lib/http.ts'
import { type LongStep, longWork } from '#lib/longWork.ts'
import type { Page } from '#lib/resources.ts'

/** An imported Debian package. */
export interface BootPackage {
  id: string
  name: string
  version: string
  /** Null for the package of the GUI. */
  kernelVersion: string | null
  sha256: string
  sizeBytes: number
  importedAt: string
  importedBy: string
  verification: {
    md5sums: 'checked' | 'missing'
    sha256: 'matched' | 'not-given'
    signature: { status: 'good' | 'not-given'; signer: string | null }
  }
  isActive: boolean
}

/** Kernel and initramfs that were built together. */
export interface BootSet {
  id: string
  version: string | null
  madeAt: string
  by: string | null
  overlay: string[]
  sizeBytes: number
  /** Machines get this one. */
  isCurrent: boolean
  /** Machines get it, or may still be fetching it. */
  isInUse: boolean
  /** Why nothing can boot from it. */
  problem: string | null
}

export interface Activation {
  /** Files that somebody changed and that were left as they are. */
  kept: string[]
  warnings: string[]
}

/** Firmware that clients miss or get. */
export interface Firmware {
  name: string
  /** Hosts whose kernel asked for it in vain. */
  hosts: string[]
  /** The next build puts it in. */
  configured: boolean
  /** This server has it. */
  found: boolean
}

export interface Build {
  set: string
  overlay: string[]
  warnings: string[]
  ms: number
}

export interface Progress {
  onUpload?(percent: number): void
  onStep(step: LongStep): void
}

const part = encodeURIComponent

export const bootFilesApi = {
  packages: async () => (await http.get<Page<BootPackage>>('/boot-packages')).items,
  importPackage: (file: File, activate: boolean, progress: Progress) =>
    longWork<{ package: BootPackage; isNew: boolean; activated: Activation | null }>(
      `/boot-packages?activate=${activate}`,
      { ...progress, body: file, headers: { 'content-type': 'application/octet-stream' } },
    ),
  activatePackage: (id: string, progress: Progress) =>
    longWork<Activation>(`/boot-packages/${part(id)}/activate`, progress),
  removePackage: (id: string) => http.remove(`/boot-packages/${part(id)}`),
  sets: async () => (await http.get<Page<BootSet>>('/boot-sets')).items,
  activateSet: (id: string) => http.post<unknown>(`/boot-sets/${part(id)}/activate`),
  removeSet: (id: string) => http.remove(`/boot-sets/${part(id)}`),
  build: (progress: Progress) => longWork<Build>('/boot-files/build', progress),
  firmware: async () => (await http.get<Page<Firmware>>('/boot-files/firmware')).items,
  configureFirmware: async (names: string[]) =>
    (await http.put<Page<Firmware>>('/boot-files/firmware', { names })).items,
  password: () => http.get<{ isSet: boolean }>('/settings/linbo-password'),
  setPassword: (password: string) =>
    http.put<{ set: string | null; problem: { detail: string; fix: string | null } | null }>(
      '/settings/linbo-password',
      { password },
    ),
  makeIso: (progress: Progress) => longWork<{ sizeBytes: number }>('/boot-files/iso', progress),
}
