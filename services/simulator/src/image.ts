import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type OsSection, parseImageInfo } from '@linbo/formats'
import {
  at,
  banner,
  dated,
  download,
  percentages,
  sendFile,
  sendLog,
  stamp,
  type Workbench,
  work,
} from './bench.ts'
import { contentOf, label } from './disk.ts'
import { updateGui, updateLinbo } from './update.ts'

/** `linbo_initcache`: every image of the start.conf, then LINBO itself. */
export async function initcache(bench: Workbench): Promise<number> {
  bench.write(banner('linbo_initcache'))
  const bases = new Set(bench.startConf.os.map((os) => os.baseImage).filter(Boolean))
  for (const image of bases) if (!(await downloadImages(bench, image))) return 1
  await updateLinbo(bench)
  await updateGui(bench)
  return 0
}

/** A base image and the differential one that may lie beside it. */
async function downloadImages(bench: Workbench, image: string): Promise<boolean> {
  if (!(await downloadImage(bench, image))) return false
  const qdiff = qdiffOf(image)
  if (await downloadImage(bench, qdiff)) return true
  for (const name of [qdiff, `${qdiff}.info`]) await rm(at(bench, 'cache', name), { force: true })
  return true
}

/**
 * Reference 6.4.1: a cached image stays when `.info` is the same on the server and the size is right; otherwise
 * `.desc`, `.info` and the image are fetched. The other files beside it are tried in any case.
 */
async function downloadImage(bench: Workbench, image: string): Promise<boolean> {
  const base = baseOf(image)
  const info = at(bench, 'cache', `${image}.info`)
  const fetch = (name: string) =>
    download(bench, `images/${base}/${name}`, at(bench, 'cache', basename(name)))
  const tryToFetch = async (name: string) => {
    bench.write(`Trying to download ${name} ... `)
    bench.write((await fetch(name)) === 0 ? 'Ok.\n' : 'not available.\n')
  }
  bench.write(banner('linbo_download_image', image))
  const before = await readFile(info, 'utf8').catch(() => undefined)
  const isCached = async () => {
    const size = await stat(at(bench, 'cache', image)).then(
      (found) => found.size,
      () => -1,
    )
    return size === parseImageInfo(await readFile(info, 'utf8')).imageSizeBytes
  }
  let isCurrent = false
  if (before !== undefined) {
    if ((await fetch(`${image}.info`)) !== 0) return false
    if ((await readFile(info, 'utf8')) === before) isCurrent = await isCached()
    else bench.write(`Info files of ${image} differ.\n`)
  }
  for (const kind of ['postsync', 'driverpostsync', 'reg'])
    for (const name of [`${image}.${kind}`, `${base}.${kind}`]) await tryToFetch(name)
  if (isCurrent) {
    bench.write(`${image} has not changed, nothing to do.\n`)
    return true
  }
  await tryToFetch(`${image}.desc`)
  await tryToFetch(`${image}.info`)
  return (await fetch(image)) === 0
}

/** `linbo_sync <n> [force]` (reference 6.4.5). */
export async function sync(bench: Workbench, os: OsSection, force: boolean): Promise<number> {
  const image = os.baseImage
  bench.write(banner('linbo_sync', `${os.number}${force ? ' force' : ''}`))
  if (!(await downloadImages(bench, image))) {
    bench.write('Error!\n')
    return 1
  }
  await sendLog(bench)
  await restore(bench, os, force)
  const info = parseImageInfo(await readFile(at(bench, 'cache', `${image}.info`), 'utf8'))
  const line = `${stamp()} applied: ${image} "${info.timestamp}"\n`
  bench.write(line)
  await sendFile(bench, 'image.status', line)
  bench.write(bench.machine.firmware === 'bios' ? 'BIOS system found.\n' : 'UEFI system found.\n')
  bench.write(`Setting hostname -> ${bench.machine.hostname}.\n`)
  label(bench)
  await sendLog(bench)
  return 0
}

/** Clones the image, or copies what changed when the partition already holds it. ext4 is always copied. */
async function restore(bench: Workbench, os: OsSection, force: boolean): Promise<void> {
  const { baseImage: image, root } = os
  const marker = contentOf(bench, root)
  const present = await readFile(marker, 'utf8').catch(() => '')
  const isForced = force || present !== baseOf(image)
  const isExt = bench.startConf.partitions.some((one) => one.dev === root && one.fsType === 'ext4')
  bench.write(`restore 1: »${image}« 2: »${root}« ${isForced ? '3: »force«' : ''}\n`)
  bench.write(`Unpacking: ${image} -> ${root}\n${dated(`Check status of ${root} using ${image}.`)}`)
  if (isForced) {
    bench.write(`Formatting ${root} with ${isExt ? 'ext4' : 'ntfs'} ...`)
    await work(bench, 400)
    bench.write(' OK!\n')
  }
  if (isForced && !isExt) {
    bench.write(
      `Forcing partition clone ...\n${dated(`Starting full restore of ${root} using ${image}.`)}`,
    )
    await percentages(bench, 4000)
    bench.write(dated(`Full restore from ${image} finished.`))
  } else {
    bench.write(
      `File sync ...\n${dated(`Starting sync of ${image} to ${root}.`)}Syncing ... please wait ...\n`,
    )
    await work(bench, 4000)
    bench.write(dated(`Sync from ${image} finished.`))
  }
  await writeFile(marker, baseOf(image))
  bench.write('Done.\n')
}

/** `linbo_start <n>`: what it asks the server for before the machine leaves (reference 6.5). */
export async function start(bench: Workbench, os: OsSection): Promise<'start'> {
  const { baseImage: image, kernel, root, number } = os
  const base = baseOf(image)
  bench.write(banner('linbo_start', String(number)))
  if (kernel !== '' && kernel !== 'auto')
    bench.write(`Found kernel ${kernel} on partition ${root}.\n`)
  await prestart(bench, os)
  bench.write(`Initiating machine password update on server ${bench.server.ip} ...\n`)
  await download(bench, `${base}.qcow2.macct`, at(bench, 'tmp', 'macct'))
  await work(bench, 500)
  await sendLog(bench)
  return 'start'
}

/** Fetches the script that runs before a start, if the server has one. */
export async function prestart(bench: Workbench, os: OsSection): Promise<number> {
  const base = baseOf(os.baseImage)
  for (const path of [`images/${base}/${base}.prestart`, `${base}.prestart`])
    if ((await download(bench, path, at(bench, 'cache', basename(path)))) === 0) break
  return 0
}

/** `win11` of `win11.qcow2`: also the folder's name on the server. */
export function baseOf(image: string): string {
  return image.replace(/\.[^.]+$/, '')
}

export function qdiffOf(image: string): string {
  return `${baseOf(image)}.qdiff`
}
