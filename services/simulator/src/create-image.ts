import { readFile, writeFile } from 'node:fs/promises'
import { type OsSection, printImageInfo } from '@linbo/formats'
import {
  at,
  banner,
  dated,
  percentages,
  sendFile,
  sendLog,
  stamp,
  type Workbench,
  work,
} from './bench.ts'
import { baseOf, qdiffOf } from './image.ts'
import { rsyncUp } from './rsync.ts'

const imageBytes = 1024 * 1024

/** `linbo_create_image <n> [qdiff]`: an image in the cache with its `.info` and `.desc` (reference 6.3). */
export async function createImage(
  bench: Workbench,
  os: OsSection,
  qdiff: boolean,
  comment: string,
): Promise<number> {
  const image = qdiff ? qdiffOf(os.baseImage) : os.baseImage
  const path = at(bench, 'cache', image)
  bench.write(banner('linbo_create_image', `${os.number} ${qdiff ? 'qdiff' : ''}`))
  bench.write(`Creating image ${image} of partition ${os.root} ...\n`)
  bench.write(dated(`Starting creation of ${image}.`))
  if (qdiff) {
    bench.write(`Start syncing differences of ${os.root} -> ${image}.\n`)
    await work(bench, 4000)
  } else await compress(bench, os.root, image)
  const content = Buffer.alloc(imageBytes, bench.machine.hostname)
  content.write('QFI\xfb\0\0\0\x03', 'latin1')
  await writeFile(path, content)
  const timestamp = stamp()
  const info = {
    timestamp,
    image,
    imageSizeBytes: content.length,
    partition: os.root,
    partitionSizeKib: 20 * 1024 * 1024,
  }
  await writeFile(`${path}.info`, printImageInfo(info))
  const description = comment || `${image} created by linbo_wrapper.`
  await writeFile(`${path}.desc`, `${new Date().toUTCString()}: ${description}\n`)
  const line = `${timestamp} created: ${image} ${timestamp}\n`
  bench.write(line)
  await sendFile(bench, 'image.status', line)
  bench.write(`${dated(`Creation of ${image} finished.`)}Done.\n`)
  await sendLog(bench)
  return 0
}

async function compress(bench: Workbench, root: string, image: string): Promise<void> {
  bench.write(`Preparing partition ${root} (size=20971520K) for compression...\n`)
  bench.write('Filling up partition with zeroes...\n')
  for (let percent = 10; percent <= 100; percent += 10) {
    const bar = '='.repeat(percent / 4).padEnd(25)
    bench.write(` ${percent * 20}MiB 0:00:01 [86.7MiB/s] [${bar}] ${percent}% ETA 0:00:01\r`)
    await work(bench, 100)
  }
  bench.write(`\nStarting compression of ${root} -> ${image} (full partition, 20971520K).\n`)
  bench.write(`qemu-img convert -p -c -f raw -O qcow2 ${root} ${image}\n`)
  await percentages(bench, 4000)
}

/** `linbo_upload`: the image and what lies beside it, one rsync for each. Like LINBO's, it always reports success. */
export async function uploadImage(
  bench: Workbench,
  os: OsSection,
  qdiff: boolean,
): Promise<number> {
  const { machine, server, signal } = bench
  const image = qdiff ? qdiffOf(os.baseImage) : os.baseImage
  const secrets = await readFile(at(bench, 'tmp', 'rsyncd.secrets'), 'utf8').catch(() => '')
  const password = /^linbo:(.*)$/m.exec(secrets)?.[1] ?? ''
  const names = [image, `${image}.info`, `${image}.desc`]
  bench.write(banner('linbo_upload', image))
  bench.write(`Uploading ${names.join(' ')} to ${server.ip} ...\n`)
  for (const name of names) {
    await rsyncUp(machine, server, {
      file: at(bench, 'cache', name),
      to: `images/${baseOf(image)}/${name}`,
      password,
      signal,
      onLine: (line) => bench.write(`${line}\n`),
    })
  }
  bench.write(`Successfully uploaded ${names.join(' ')} to ${server.ip}.\n`)
  await sendLog(bench)
  return 0
}
