import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type OsSection, parseImageInfo, type StartConf } from '@linbo/formats'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { flags, rsyncDown, rsyncUp } from './rsync.ts'

/** The machine that a command runs on, as far as commands need it. */
export interface Workbench {
  machine: MachineIdentity
  server: ServerAddress
  startConf: StartConf
  /** Stands for the machine's disk; `cache/` below it is the cache partition, `tmp/` is /tmp. */
  directory: string
  /** How much of the real time a step takes: 1 as a slow PC, 0 at once. */
  pace: number
  write(text: string): void
  signal: AbortSignal
}

export type Outcome = number | 'start' | 'reboot' | 'halt'

/** `linbo_wrapper <command> …` (reference 9.1): runs one command after the other and stops at the first failure. */
export async function linboWrapper(bench: Workbench, words: string[]): Promise<Outcome> {
  bench.write(banner('linbo_wrapper', words.join(' ')))
  for (const word of words) {
    const [name = '', argument = '', ...comment] = word.split(':')
    bench.write(`Command     : ${name}\n`)
    if (/^\d+$/.test(argument)) bench.write(`OS number   : ${argument}\n`)
    if (comment.length > 0) bench.write(`Comment        : ${comment.join(':')}\n`)
    const outcome = await runCommand(bench, name, argument, comment.join(':'))
    if (outcome !== 0) return outcome
  }
  return 0
}

async function runCommand(
  bench: Workbench,
  name: string,
  argument: string,
  comment: string,
): Promise<Outcome> {
  const os = bench.startConf.os[Number(argument) - 1]
  switch (name) {
    case 'partition':
      return partition(bench)
    case 'format':
      return argument === ''
        ? (await partition(bench)) || formatAll(bench)
        : formatOne(bench, Number(argument))
    case 'label':
      for (const one of bench.startConf.partitions) {
        bench.write(`Partition ${one.dev} - fstype ${one.fsType} --> label ${one.label} ...  OK!\n`)
      }
      return 0
    case 'initcache':
      return initcache(bench)
    case 'sync':
    case 'new':
      return os ? sync(bench, os, name === 'new') : 1
    case 'postsync':
    case 'gui_ctl_disable':
    case 'gui_ctl_enable':
    case 'gui_ctl_restore':
      return 0
    case 'start':
      return os ? start(bench, os) : 1
    case 'create_image':
    case 'create_qdiff':
      return os ? createImage(bench, os, name === 'create_qdiff', comment) : 1
    case 'upload_image':
    case 'upload_qdiff':
      return os ? upload(bench, os, name === 'upload_qdiff') : 1
    case 'reboot':
      return 'reboot'
    case 'halt':
    case 'poweroff':
      return 'halt'
    case 'linbo':
      await writeFile(join(bench.directory, 'tmp', 'rsyncd.secrets'), `linbo:${argument}\n`)
      return 0
    default:
      return 0
  }
}

async function partition(bench: Workbench): Promise<number> {
  const disks = new Set(bench.startConf.partitions.map((one) => one.dev.replace(/p?\d+$/, '')))
  const kind = bench.machine.firmware === 'bios' ? 'msdos' : 'gpt'
  bench.write(banner('linbo_partition'))
  for (const disk of disks) {
    bench.write(`Creating new ${kind} partition table on ${disk}.\n`)
    await pause(bench, 600)
    for (const one of bench.startConf.partitions) {
      const { number, dev, label, id, fsType, bootable } = one
      bench.write(
        `${number}: ${dev} ${label} ${one.raw.get('size') || '-'} ${id} ${fsType} ${bootable ? 'yes' : 'no'}\n`,
      )
      await pause(bench, 200)
    }
    bench.write(`Finished partitioning of ${disk} successfully!\n`)
  }
  await rm(join(bench.directory, 'cache'), { recursive: true, force: true })
  await mkdir(join(bench.directory, 'cache'), { recursive: true })
  return 0
}

async function formatAll(bench: Workbench): Promise<number> {
  for (const one of bench.startConf.partitions) await formatOne(bench, one.number)
  return 0
}

async function formatOne(bench: Workbench, number: number): Promise<number> {
  const one = bench.startConf.partitions[number - 1]
  if (!one) return 1
  bench.write(`Formatting ${one.dev} with ${one.fsType || 'nothing'} ...`)
  await pause(bench, 800)
  bench.write(' OK!\n')
  return 0
}

async function initcache(bench: Workbench): Promise<number> {
  bench.write(banner('linbo_initcache'))
  const bases = new Set(bench.startConf.os.map((os) => os.baseImage).filter(Boolean))
  for (const image of bases) if ((await downloadImage(bench, image)) !== 0) return 1
  return 0
}

/** Reference 6.4.1: sidecars, `.desc`, `.info`, then the image, unless the cached one has the same `.info`. */
async function downloadImage(bench: Workbench, image: string): Promise<number> {
  const base = image.replace(/\.[^.]+$/, '')
  bench.write(banner('linbo_download_image', image))
  const info = join(bench.directory, 'cache', `${image}.info`)
  const before = await readFile(info, 'utf8').catch(() => undefined)
  for (const kind of ['postsync', 'driverpostsync', 'reg']) {
    for (const name of [`${image}.${kind}`, `${base}.${kind}`]) await tryDownload(bench, base, name)
  }
  await tryDownload(bench, base, `${image}.desc`)
  if (!(await tryDownload(bench, base, `${image}.info`))) return 1
  const after = await readFile(info, 'utf8')
  const cached = await stat(join(bench.directory, 'cache', image)).catch(() => undefined)
  const wanted = parseImageInfo(after).imageSizeBytes
  if (before === after && cached?.size === wanted) {
    bench.write(`${image} has not changed, nothing to do.\n`)
    return 0
  }
  if (before !== undefined && before !== after) bench.write(`Info files of ${image} differ.\n`)
  return download(bench, `images/${base}/${image}`)
}

async function tryDownload(bench: Workbench, base: string, name: string): Promise<boolean> {
  bench.write(`Trying to download ${name} ... `)
  const found = (await download(bench, `images/${base}/${name}`)) === 0
  bench.write(found ? 'Ok.\n' : 'not available.\n')
  return found
}

async function download(bench: Workbench, path: string): Promise<number> {
  const to = join(bench.directory, 'cache', basename(path))
  const { machine, server, signal } = bench
  return (
    await rsyncDown(machine, server, { flags: flags.download, from: `linbo/${path}`, to, signal })
  ).code
}

async function sync(bench: Workbench, os: OsSection, force: boolean): Promise<number> {
  const image = os.baseImage
  bench.write(force ? `Formatting and syncing ${os.name} ...\n` : `Syncing ${os.name} ...\n`)
  bench.write(banner('linbo_sync', String(os.number)))
  if ((await downloadImage(bench, image)) !== 0) {
    bench.write('Error!\n')
    return 1
  }
  bench.write(
    `Unpacking: ${image} -> ${os.root}\n## ${new Date()} : Starting full restore of ${os.root} using ${image}.\n`,
  )
  await percentages(bench, 4000)
  bench.write(`\n## ${new Date()} : Full restore from ${image} finished.\nDone.\n`)
  const info = parseImageInfo(
    await readFile(join(bench.directory, 'cache', `${image}.info`), 'utf8'),
  )
  const line = `${stamp()} applied: ${image} "${info.timestamp}"`
  bench.write(`${line}\n`)
  await writeFile(join(bench.directory, 'tmp', 'image.status'), `${line}\n`)
  bench.write('Requesting upload of /tmp/image.status ...\n')
  await requestUpload(bench, '/tmp/image.status')
  return 0
}

async function start(bench: Workbench, os: OsSection): Promise<Outcome> {
  bench.write(`Starting ${os.name} ...\n${banner('linbo_start', String(os.number))}`)
  bench.write(`Found kernel ${os.kernel} on partition ${os.root}.\n`)
  await pause(bench, 500)
  return 'start'
}

async function createImage(
  bench: Workbench,
  os: OsSection,
  qdiff: boolean,
  comment: string,
): Promise<number> {
  const image = qdiff ? os.baseImage.replace(/\.qcow2$/, '.qdiff') : os.baseImage
  const path = join(bench.directory, 'cache', image)
  bench.write(`Creating image ${image} of partition ${os.root} ...\n`)
  bench.write(`Starting compression of ${os.root} -> ${image} (full partition, 8192K).\n`)
  await percentages(bench, 4000)
  const content = Buffer.alloc(1024 * 1024, bench.machine.hostname)
  content.write('QFI\xfb\0\0\0\x03', 'latin1')
  await writeFile(path, content)
  const info = [
    `["${image}" Info File]`,
    `timestamp="${stamp()}"`,
    `image="${image}"`,
    `imagesize="${content.length}"`,
  ]
  info.push(`partition="${os.root}"`, 'partitionsize="8192"', '')
  await writeFile(`${path}.info`, info.join('\n'))
  await writeFile(
    `${path}.desc`,
    `${new Date()}: ${comment || `${image} created by linbo_wrapper.`}\n`,
  )
  bench.write(`\n${stamp()} created: ${image} ${stamp()}\nDone.\n`)
  return 0
}

async function upload(bench: Workbench, os: OsSection, qdiff: boolean): Promise<number> {
  const image = qdiff ? os.baseImage.replace(/\.qcow2$/, '.qdiff') : os.baseImage
  const secrets = await readFile(join(bench.directory, 'tmp', 'rsyncd.secrets'), 'utf8').catch(
    () => '',
  )
  const password = /^linbo:(.*)$/m.exec(secrets)?.[1] ?? ''
  const base = image.replace(/\.[^.]+$/, '')
  bench.write(`Uploading ${image} to ${bench.server.ip} ...\n`)
  for (const name of [image, `${image}.info`, `${image}.desc`]) {
    const { machine, server, signal } = bench
    const file = join(bench.directory, 'cache', name)
    const sent = await rsyncUp(machine, server, {
      file,
      to: `images/${base}/${name}`,
      password,
      signal,
    })
    bench.write(`${sent.output}\n`)
  }
  // Like the real one, it says so whatever happened (reference 6.6).
  bench.write(`Successfully uploaded ${image} to ${bench.server.ip}.\n`)
  return 0
}

/** The client asks for a file of its own, so that the server fetches it over SSH while it waits (reference 2.8). */
export async function requestUpload(bench: Workbench, path: string): Promise<void> {
  const to = join(bench.directory, 'tmp', 'dummy')
  await rsyncDown(bench.machine, bench.server, { flags: flags.request, from: `linbo/${path}`, to })
}

/** qemu-img's progress, ended by carriage returns (reference 9.3). */
async function percentages(bench: Workbench, ms: number): Promise<void> {
  for (let percent = 0; percent <= 100; percent += 4) {
    bench.write(`    (${percent.toFixed(2)}/100%)\r`)
    await pause(bench, ms / 25)
  }
}

function pause(bench: Workbench, ms: number): Promise<void> {
  if (bench.signal.aborted) throw new Error('killed')
  return new Promise((resolve, reject) => {
    const killed = () => {
      clearTimeout(timer)
      reject(new Error('killed'))
    }
    const timer = setTimeout(() => {
      bench.signal.removeEventListener('abort', killed)
      resolve()
    }, ms * bench.pace)
    bench.signal.addEventListener('abort', killed, { once: true })
  })
}

/** `YYYYmmddHHMM`. */
function stamp(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 12)
}

/** The line every LINBO script begins with (reference 9). */
export function banner(name: string, words = ''): string {
  const now = new Date().toISOString().replace(/[-:]/g, '')
  return `### ${now.slice(0, 8)}-${now.slice(9, 15)} ${name} ${words}`.trimEnd().concat(' ###\n')
}
