/** The content of an image's `.info` file. The client compares it byte for byte with its own copy. */
export interface ImageInfo {
  /** `YYYYmmddHHMM` by the clock of the machine that made the image. */
  timestamp: string
  /** File name such as `win11.qcow2`. */
  image: string
  imageSizeBytes: number
  /** Device the image was taken from; absent for ISO images. */
  partition?: string
  partitionSizeKib?: number
  /** A differential image's: `timestamp` of the base image it builds on. */
  backingfileTimestamp?: string
}

/** A text that is no `.info` file. */
export class ImageInfoError extends Error {
  override readonly name = 'ImageInfoError'
}

/**
 * Reads an `.info` file, in either form of its first line; the order of keys does not matter.
 * @throws ImageInfoError
 */
export function parseImageInfo(text: string): ImageInfo {
  const [heading = '', ...lines] = text.split(/\r?\n/)
  if (!/^\[.* Info File\]$/.test(heading))
    throw new ImageInfoError('the first line is not ["<image>" Info File]')
  const values = new Map<string, string>()
  for (const line of lines) {
    const found = line.match(/^([A-Za-z_]+)="(.*)"$/)
    if (found) values.set((found[1] ?? '').toLowerCase(), found[2] ?? '')
  }
  const need = (key: string) => {
    const value = values.get(key)
    if (value === undefined) throw new ImageInfoError(`${key} is missing`)
    return value
  }
  const partitionSize = values.get('partitionsize')
  return {
    timestamp: need('timestamp'),
    image: need('image'),
    imageSizeBytes: whole('imagesize', need('imagesize')),
    ...optional('partition', values.get('partition')),
    ...(partitionSize ? { partitionSizeKib: whole('partitionsize', partitionSize) } : {}),
    ...optional('backingfileTimestamp', values.get('backingfile_timestamp')),
  }
}

function optional<Key extends string>(key: Key, value: string | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { [name in Key]?: string }
}

function whole(key: string, value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new ImageInfoError(`${key} "${value}" is no size`)
  return number
}

/** Prints an `.info` file as LINBO writes it: ISO images have neither quotes in the heading nor a partition. */
export function printImageInfo(info: ImageInfo): string {
  const isIso = info.image.endsWith('.iso')
  const lines = [
    isIso ? `[${info.image} Info File]` : `["${info.image}" Info File]`,
    `timestamp="${info.timestamp}"`,
    `image="${info.image}"`,
    `imagesize="${info.imageSizeBytes}"`,
  ]
  if (!isIso) {
    lines.push(`partition="${info.partition ?? ''}"`)
    lines.push(`partitionsize="${info.partitionSizeKib ?? ''}"`)
  }
  if (info.backingfileTimestamp !== undefined)
    lines.push(`backingfile_timestamp="${info.backingfileTimestamp}"`)
  return `${lines.join('\n')}\n`
}
