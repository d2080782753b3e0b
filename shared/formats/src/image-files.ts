/** What a file below LINBO_DIR/images is for. */
export type ImageFileKind =
  | 'qcow2'
  | 'qdiff'
  | 'iso'
  | 'info'
  | 'desc'
  | 'torrent'
  | 'hash'
  | 'macct'
  | 'vdi'
  | 'reg'
  | 'postsync'
  | 'prestart'
  | 'driverpostsync'

export interface ImageFile {
  /** The name of the image's folder, without an extension. */
  base: string
  kind: ImageFileKind
  /** The file name inside the folder. */
  file: string
  /** The image a sidecar belongs to, such as `win11.qdiff`; for `win11.reg` and images it is the base name. */
  of: string
  /** The name of the folder below `backups/` (newer tools: `backup/`) the file lies in. */
  backup?: string
}

const images: readonly ImageFileKind[] = ['qcow2', 'qdiff', 'iso']
const ofImage: readonly ImageFileKind[] = ['info', 'desc', 'torrent', 'hash', 'macct', 'vdi']
const ofBase: readonly ImageFileKind[] = ['reg', 'postsync', 'prestart', 'driverpostsync']

/**
 * Tells what a file below `images/` is from its path (`images/win11/win11.qdiff.info`, with or without the
 * leading `images/`), or undefined when it is none of an image's files: another folder's name, a temporary
 * file, a path that climbs.
 */
export function classifyImageFile(path: string): ImageFile | undefined {
  const parts = path.replace(/^\/+/, '').split('/')
  if (parts[0] === 'images') parts.shift()
  const [base, ...rest] = parts
  const file = rest.at(-1)
  if (!base || !file || base.startsWith('.')) return undefined
  const backup = rest.length === 3 && /^backups?$/.test(rest[0] ?? '') ? rest[1] : undefined
  if (rest.length !== 1 && !backup) return undefined
  if (backup === '.' || backup === '..') return undefined

  const found = kindOf(base, file)
  return found && { base, file, ...found, ...(backup ? { backup } : {}) }
}

function kindOf(base: string, file: string): Pick<ImageFile, 'kind' | 'of'> | undefined {
  if (!file.startsWith(`${base}.`)) return undefined
  const [first = '', second, third] = file.slice(base.length + 1).split('.')
  if (third !== undefined) return undefined
  const image = images.find((kind) => kind === first)
  if (second === undefined) {
    const kind = image ?? ofBase.find((known) => known === first)
    return kind && { kind, of: base }
  }
  if (!image) return undefined
  const kind = [...ofImage, ...ofBase].find((known) => known === second)
  return kind && { kind, of: `${base}.${image}` }
}

/** The path of an image's own file, relative to LINBO_DIR: `win11.qdiff` → `images/win11/win11.qdiff`. */
export function imagePath(image: string): string {
  const dot = image.lastIndexOf('.')
  return `images/${dot < 0 ? image : image.slice(0, dot)}/${image}`
}
