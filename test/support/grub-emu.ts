import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mustRun, run } from '../bench/support/programs.ts'
import { unpackedProgram } from './unpacked.ts'

/** GRUB as an ordinary program, with its own script language, file systems and menus. */
export const grubEmu = await unpackedProgram('grub-emu')

/** Files by their path; a partition of a disk has a label too. */
export type Files = Record<string, string>
export interface Partition {
  label?: string
  files: Record<string, string | Uint8Array>
  /** Without one GRUB refuses to chainload `+1`. */
  hasBootSector?: boolean
}

export interface Situation {
  platform: 'pc' | 'efi'
  /** What a machine sees of the server; kernel and initramfs are there unless told otherwise. */
  server?: Files
  /** The server has no kernel. */
  hasNoKernel?: boolean
  /** The server can be reached over HTTP as well, at this device. */
  http?: string
  /** hd0, hd1 … with their partitions. */
  disks?: Partition[][]
  /** Such as net_pxe_hostname. */
  variables?: Record<string, string>
  /** The first configuration: of the server, or of a local GRUB. */
  start: 'server' | { disk: number; partition: number }
  /** Instead of the entry the menu would start. */
  entry?: string
}

export interface Decided {
  /** What would be started, such as `linux (hd0,1)/linbo64 quiet`, and its initramfs; empty for nothing. */
  boots: string[]
  /** Configurations that were loaded, in order. */
  read: string[]
  /** Everything GRUB printed. */
  text: string
  /** The environment block of a partition such as `hd0,1`, as GRUB left it. */
  blockAfter(device: string): string
}

const partitionBytes = 2 * 1024 * 1024
/** GRUB's program knows no network: what lies on this disk is the server's. */
const serverDisk = 'hd9'
/** What GRUB answers itself, and only with a network. */
const ofTheNetwork = /\b(?:net|pxe)_((?:default|get)_)/g
const environmentBlock = '/boot/grub/grubenv'

/** A file with variables as grub-editenv writes it, 1,024 bytes. */
export function environment(variables: Record<string, string>): Files {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`)
  return { [environmentBlock]: `# GRUB Environment Block\n${lines.join('')}`.padEnd(1024, '#') }
}

/**
 * Lets GRUB decide. Its loaders are replaced by functions that say what they would load, `boot` by one that ends GRUB
 * if something was loaded; everything else is GRUB's own.
 */
export async function decide(situation: Situation): Promise<Decided> {
  const folder = await mkdtemp(join(tmpdir(), 'linbo-grub-'))
  try {
    const disks = situation.disks ?? []
    const server = join(folder, 'server.img')
    await makeFileSystem(server, 0, { label: 'the-server', files: situation.server ?? {} }, folder)
    const images = await Promise.all(
      disks.map((partitions, index) => makeDisk(join(folder, `hd${index}.img`), partitions)),
    )
    const map = [
      `(${serverDisk}) ${server}`,
      ...images.map((image, index) => `(hd${index}) ${image}`),
    ]
    await writeFile(join(folder, 'device.map'), `${map.join('\n')}\n`)
    await writeFile(join(folder, 'grub.cfg'), prelude(situation))
    // After an error GRUB waits some seconds for a key.
    const { output } = await run(
      'sh',
      [
        ...['-c', 'yes "" | timeout 20 "$0" -d "$1" -m "$1/device.map"'],
        ...[grubEmu.path ?? '', folder],
      ],
      { env: { ...grubEmu.env, TERM: 'dumb', PATH: process.env.PATH ?? '' } },
    )
    const text = output
      .replace(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '')
      .replaceAll(`(${serverDisk})`, '(tftp)')
      .replace(/\(hd(\d),msdos/g, '(hd$1,')
      .replace(/ +$/gm, '')
    const blocks = new Map<string, string>()
    for (const [index, partitions] of disks.entries()) {
      for (const [number, { files }] of partitions.entries()) {
        if (!files[environmentBlock]) continue
        const where = `${images[index]}?offset=${(number + 1) * partitionBytes}`
        const { output } = await run('/sbin/debugfs', ['-R', `cat ${environmentBlock}`, where])
        blocks.set(`hd${index},${number + 1}`, output)
      }
    }
    return {
      text,
      ...readDecision(text),
      blockAfter: (device) => blocks.get(device) ?? '',
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One word stands on each line, because GRUB breaks longer ones. */
function readDecision(text: string): { boots: string[]; read: string[] } {
  const read = [...text.matchAll(/READ (\S+)/g)].map((found) => found[1] ?? '')
  const end = text.indexOf('\nBOOT')
  const loads: string[] = []
  for (const [, kind, word] of text.slice(0, Math.max(end, 0)).matchAll(/(LOAD|WORD) (.*)$/gm)) {
    if (kind === 'LOAD') loads.push(word ?? '')
    else loads.push(`${loads.pop() ?? ''} ${word}`)
  }
  const kernel = loads.findLastIndex((load) => !load.startsWith('initrd '))
  return { read, boots: kernel < 0 ? [] : loads.slice(kernel) }
}

function prelude(situation: Situation): string {
  const { platform, variables = {}, start, hasNoKernel, http, entry } = situation
  const root = start === 'server' ? serverDisk : `hd${start.disk},${start.partition}`
  const set = {
    ...variables,
    grub_platform: platform,
    server_has_kernel: hasNoKernel ? '' : 'yes',
    http: http ?? '',
  }
  return `set enable_progress_indicator=0
export enable_progress_indicator
${Object.entries(set)
  .map(([name, value]) => [name.replace(ofTheNetwork, 'given_$1'), value])
  .map(([name, value]) => `set ${name}='${value}'\nexport ${name}`)
  .join('\n')}
function is_there {
  if [ "$root" = "${serverDisk}" -a -n "$server_has_kernel" ]; then
    true
  elif [ -n "$http" -a "$root" = "$http" ]; then
    true
  else
    [ -s "$1" ]
  fi
}
function load {
  if is_there "$2"; then
    set loader="$1"
    set file="$2"
    shift 2
    if regexp '^[(]' "$file"; then
      echo "LOAD $loader $file"
    else
      echo "LOAD $loader ($root)$file"
    fi
    for word in $@; do echo "WORD $word"; done
    set is_loaded=yes
  else
    set is_loaded=
    false
  fi
}
function linux { load linux $@; }
function linux16 { load linux16 $@; }
function initrd { load initrd $@; }
function ntldr { load ntldr $@; }
function chainloader {
  if [ "$1" = "+1" ]; then
    if [ -s /.no-boot-sector ]; then
      false
    else
      echo "LOAD chainloader ($root)+1"
      set is_loaded=yes
    fi
  else
    load chainloader $@
  fi
}
function boot_now {
  if [ -n "$is_loaded" ]; then
    echo BOOT
    exit
  fi
}
function given_get_dhcp_option { set $1=ffffff00; }
set root='${root}'
${entry === undefined ? '' : `set chosen='${entry}'\nexport chosen\n`}configfile /boot/grub/grub.cfg
`
}

/** A configuration that tells when it is read, and whose `boot` tells what would be booted. */
function watched(path: string, text: string | Uint8Array): string | Uint8Array {
  if (typeof text !== 'string' || !path.endsWith('.cfg')) return text
  const fallback = text.match(/^set fallback=(.*)$/m)?.[1] ?? ''
  const entries = text.match(/^menuentry /gm)?.length ?? 0
  const told = text
    .replace(/^(\s*)boot$/gm, '$1boot_now')
    .replace(/^(terminal_output|background_color) .*$/gm, '')
    .replace(/\btftp\b(?!:)/g, serverDisk)
    .replace(ofTheNetwork, 'given_$1')
  // Where all entries fail GRUB would wait for a key.
  return `echo "READ ($root)${path}"
${told}
if [ -n "$chosen" ]; then set default="$chosen"; fi
set fallback='${fallback} ${entries}'
menuentry 'nothing starts' { exit; }
`
}

/** Makes a disk with these partitions, each of 2 MiB. @returns its path */
export async function makeDisk(image: string, partitions: Partition[]): Promise<string> {
  const table = new Uint8Array(512)
  const view = new DataView(table.buffer)
  for (const index of partitions.keys()) {
    const at = 446 + index * 16
    view.setUint8(at + 4, 0x83)
    view.setUint32(at + 8, ((index + 1) * partitionBytes) / 512, true)
    view.setUint32(at + 12, partitionBytes / 512, true)
  }
  view.setUint16(510, 0xaa55, true)
  const file = await open(image, 'w')
  await file.write(table)
  await file.truncate((partitions.length + 1) * partitionBytes)
  await file.close()
  for (const [index, partition] of partitions.entries()) {
    const files = partition.hasBootSector
      ? partition.files
      : { ...partition.files, '/.no-boot-sector': 'x' }
    const content = { ...partition, files }
    await makeFileSystem(image, (index + 1) * partitionBytes, content, dirname(image))
  }
  return image
}

async function makeFileSystem(image: string, offset: number, content: Partition, folder: string) {
  const from = await mkdtemp(join(folder, 'from-'))
  for (const [path, text] of Object.entries(content.files)) {
    await mkdir(dirname(join(from, path)), { recursive: true })
    await writeFile(join(from, path), watched(path, text))
  }
  await mustRun('/sbin/mkfs.ext2', [
    ...['-q', '-F', '-b', '1024', '-E', `offset=${offset}`, '-d', from],
    ...(content.label ? ['-L', content.label] : []),
    ...[image, String(partitionBytes / 1024)],
  ])
}
