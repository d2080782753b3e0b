import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hashedFiles, md5Of, readMd5File } from './md5-files.ts'
import { modulesDigest, readBuildRecord } from './netdir-record.ts'

/** How one of the files and folders a machine needs to boot stands. */
export interface BootFileStatus {
  /** Relative to LINBO_DIR. */
  path: string
  present: boolean
  /** Null for a folder, or when missing. */
  sizeBytes: number | null
  /** ISO 8601, or null when missing. */
  modifiedAt: string | null
  /** What to do, or null when all is well. */
  fix: string | null
  /** Machines cannot boot into LINBO without it; the others cost a feature. */
  required: boolean
}

const importPackage = 'Run: linbo boot import --activate linuxmuster-linbo7_….deb'
const importGui = 'Run: linbo boot import --activate linuxmuster-linbo-gui7_….deb'
const build = 'Run: linbo boot build'
const makeTree = 'Start the suite once: it makes the folders clients need.'

const expected: { path: string; fix: string; required: boolean }[] = [
  { path: 'linbo64', fix: importPackage, required: true },
  { path: 'linbofs64', fix: importPackage, required: true },
  { path: 'linbo64.md5', fix: build, required: true },
  { path: 'linbofs64.md5', fix: build, required: true },
  { path: 'boot/grub/grub.cfg', fix: build, required: true },
  { path: 'boot/grub/i386-pc/core.0', fix: build, required: true },
  { path: 'boot/grub/x86_64-efi/core.efi', fix: build, required: true },
  { path: 'boot/grub/themes', fix: makeTree, required: true },
  { path: 'linuxmuster-win', fix: makeTree, required: true },
  { path: 'boot/grub/themes/linbo/theme.txt', fix: makeTree, required: false },
  { path: 'linbo_gui64_7.tar.lz', fix: importGui, required: false },
  {
    path: 'boot/grub/ipxe.efi',
    fix: 'Install the package (apt-get install ipxe), then run: linbo boot build --grub',
    required: false,
  },
  {
    path: 'boot/grub/ipxe.lkrn',
    fix: 'Install the package (apt-get install ipxe), then run: linbo boot build --grub',
    required: false,
  },
]

/** Looks at everything below root that machines need to boot, and says what to do about what is wrong. */
export async function bootFileStatus(root: string): Promise<BootFileStatus[]> {
  const statuses: BootFileStatus[] = []
  for (const { path, fix: usual, required } of expected) {
    const found = await statOf(root, path)
    const hashed = hashedFiles.find((name) => path === `${name}.md5`)
    const fix = hashed && !(await statOf(root, hashed)) ? importPackage : usual
    statuses.push({
      path,
      present: found !== undefined,
      sizeBytes: found?.isFile() ? found.size : null,
      modifiedAt: found ? found.mtime.toISOString() : null,
      fix: found ? await problemWith(root, path, found.isFile() ? found.size : null, fix) : fix,
      required,
    })
  }
  return statuses
}

async function statOf(root: string, path: string) {
  const found = await stat(join(root, path)).catch(() => undefined)
  // Clients look for the GUI in both places.
  if (!found && path === 'linbo_gui64_7.tar.lz')
    return stat(join(root, 'gui', path)).catch(() => undefined)
  return found
}

async function problemWith(
  root: string,
  path: string,
  sizeBytes: number | null,
  fix: string,
): Promise<string | null> {
  if (sizeBytes === 0) return `The file is empty. ${fix}`
  const hashed = hashedFiles.find((name) => path === `${name}.md5`)
  if (hashed) return problemWithMd5(root, hashed)
  const platform = path.match(/^boot\/grub\/([^/]+)\/core\./)?.[1]
  return platform ? problemWithModules(root, platform, path) : null
}

async function problemWithMd5(root: string, name: string): Promise<string | null> {
  const md5 = await md5Of(join(root, name)).catch(() => undefined)
  if (md5 === undefined || (await readMd5File(root, name)) === md5) return null
  return `It does not match ${name}, so clients cannot update. ${build}`
}

/** GRUB refuses modules of another build than its core's, and then stops at a prompt. */
async function problemWithModules(
  root: string,
  platform: string,
  core: string,
): Promise<string | null> {
  const folder = join(root, 'boot/grub', platform)
  const names = await readdir(folder).catch((): string[] => [])
  if (!names.includes('normal.mod')) return `GRUB's modules are missing beside it. ${build}`
  const record = await readBuildRecord(folder)
  if (!record) return null
  const sha256 = createHash('sha256')
    .update(await readFile(join(root, core)))
    .digest('hex')
  if (sha256 === record.core && (await modulesDigest(folder)) === record.modules) return null
  return `It and GRUB's modules beside it are not of one build. ${build}`
}
