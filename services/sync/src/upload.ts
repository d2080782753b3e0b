import {
  classifyImageFile,
  type ImageFileKind,
  ImageInfoError,
  parseImageInfo,
  whyNotHostname,
  whyNotImageBase,
} from '@linbo/formats'
import { type Request, singlePath } from './request.ts'

/** What an upload is, or why it is refused. */
export type Upload =
  | { kind: 'refuse'; reason: string }
  /** A qcow2 or qdiff, or one of the files that belong to it. */
  | {
      kind: 'image-file'
      path: string
      base: string
      file: string
      type: ImageFileKind
      of: string
    }
  /** A new machine introduces itself: `<host>.new`. */
  | { kind: 'registration'; path: string; hostname: string }

export type AcceptedUpload = Exclude<Upload, { kind: 'refuse' }>

const uploadable: readonly ImageFileKind[] = [
  'qcow2',
  'qdiff',
  'info',
  'desc',
  'hash',
  'torrent',
  'reg',
  'postsync',
  'prestart',
  'driverpostsync',
]

const allowedLetters = /^[avqlLHogDtprzciWSxuIOJPnEUN]*$/
const allowedFlags =
  /^--(partial|progress|stats|new-compress|old-compress|numeric-ids|size-only|ignore-times|fsync|preallocate|sparse|open-noatime|secluded-args|protect-args|dry-run|no-[a-z-]+)$/
const allowedValues =
  /^--(log-format|timeout|bwlimit|skip-compress|compress-choice|compress-level|compress-threads|checksum-choice|checksum-seed|block-size|max-alloc|stderr|usermap|groupmap)=/

/** Decides about a request to the module `linbo-upload`. */
export function decideUpload(request: Request, module = 'linbo-upload'): Upload {
  const refuse = (reason: string): Upload => ({ kind: 'refuse', reason })
  if (request.isDownload) return refuse(`the module ${module} takes files and gives none`)
  const long = request.long.find(
    (option) => !allowedFlags.test(option) && !allowedValues.test(option),
  )
  if (long) return refuse(`the option ${long.split('=')[0]} is not allowed for uploads`)
  const letters = request.letters.replace('s', '')
  if (!allowedLetters.test(letters))
    return refuse(`one of the options -${letters} is not allowed for uploads`)
  const path = singlePath(request, module)
  if (path === undefined || path === '' || path.endsWith('/'))
    return refuse('an upload names exactly one file')
  return decidePath(path)
}

function decidePath(path: string): Upload {
  const registration = /^([^/]+)\.new$/.exec(path)
  if (registration) {
    const hostname = (registration[1] ?? '').toLowerCase()
    const why = whyNotHostname(hostname)
    return why ? { kind: 'refuse', reason: why } : { kind: 'registration', path, hostname }
  }
  const [top, base = '', ...rest] = path.split('/')
  if (top !== 'images' || rest.length !== 1)
    return { kind: 'refuse', reason: `${path}: uploads go to images/<image>/ or are <host>.new` }
  const why = whyNotImageBase(base)
  if (why) return { kind: 'refuse', reason: `${path}: ${why}` }
  const found = classifyImageFile(path)
  if (!found || found.backup || !uploadable.includes(found.kind))
    return {
      kind: 'refuse',
      reason: `${path}: not a file of the image ${base} that clients may upload`,
    }
  return { kind: 'image-file', path, base, file: found.file, type: found.kind, of: found.of }
}

/** True for the two types whose arrival puts a new image into service. */
export function isImage(type: ImageFileKind): boolean {
  return type === 'qcow2' || type === 'qdiff'
}

/**
 * Why these first 32 bytes are not the header of a qcow2 image, or undefined when they are.
 *
 *     0 'QFI' 0xfb | 4 version (2 or 3) | 8 backing file offset | 16 its length | 20 cluster bits | 24 virtual size
 */
export function whyNotQcow2(header: Uint8Array): string | undefined {
  if (header.length < 32) return 'it is too short for a qcow2 image'
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.getUint32(0) !== 0x514649fb) return 'it is not a qcow2 image'
  const version = view.getUint32(4)
  if (version !== 2 && version !== 3) return `its qcow2 version is ${version}`
  if (view.getBigUint64(24) === 0n) return 'its virtual disk has no size'
  return undefined
}

/** What is odd about an `.info` file next to its image, or undefined when they fit. */
export function compareInfo(
  text: string,
  of: string,
  imageSizeBytes: number | undefined,
): string | undefined {
  try {
    const told = parseImageInfo(text)
    if (imageSizeBytes === undefined) return `${of}.info has come, but there is no ${of}`
    if (told.imageSizeBytes !== imageSizeBytes)
      return `${of}.info says ${told.imageSizeBytes} bytes, ${of} has ${imageSizeBytes}`
    return undefined
  } catch (error) {
    if (error instanceof ImageInfoError) return `${of}.info: ${error.message}`
    throw error
  }
}

/**
 * The name of the backup folder for an image that is replaced: the time it was made by its `.info`, else its
 * modification time. `isTaken` finds the first free minute from there.
 */
export function backupName(
  infoText: string | undefined,
  modified: Date,
  isTaken: (name: string) => boolean,
): string {
  const told = /^timestamp="(\d{12})"/m.exec(infoText ?? '')?.[1]
  const time = told ? fromStamp(told) : modified
  for (let minute = 0; ; minute++) {
    const name = toStamp(new Date(time.getTime() + minute * 60_000))
    if (!isTaken(name)) return name
  }
}

function fromStamp(text: string): Date {
  const part = (from: number, to: number) => Number(text.slice(from, to))
  return new Date(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12))
}

function toStamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${String(time.getFullYear()).padStart(4, '0')}${two(time.getMonth() + 1)}${two(time.getDate())}${two(time.getHours())}${two(time.getMinutes())}`
}
