/** A firmware file or folder an administrator wants on clients. */
export interface WantedFirmware {
  /** As it is written in the list, without `.zst` and the like. */
  name: string
  /** Its last part, by which it is looked for. */
  base: string
}

const packed = /\.(zst|xz)$/

/** A name is a path of plain names. */
const plain = /^(?:[A-Za-z0-9_+.,@-]+\/)*[A-Za-z0-9_+.,@-]+$/

export function whyNotFirmware(name: string): string | undefined {
  if (name.length > 200 || !plain.test(name) || name.split('/').some((one) => /^\.+$/.test(one)))
    return 'is not the name of a firmware file'
  return undefined
}

/** Reads the list `firmware`: a file or folder per line. Lines that are neither are told apart. */
export function parseFirmwareList(text: string): { wanted: WantedFirmware[]; wrong: string[] } {
  const wanted = new Map<string, WantedFirmware>()
  const wrong: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const word = line.replace(/\s+#.*$/, '').trim()
    if (word === '' || word.startsWith('#')) continue
    const name = wordToName(word)
    if (whyNotFirmware(name)) wrong.push(word)
    else wanted.set(name, { name, base: name.split('/').at(-1) ?? '' })
  }
  return { wanted: [...wanted.values()], wrong }
}

/** Also a path on the server is understood. */
function wordToName(word: string): string {
  return word
    .replace(/^\/(usr\/)?lib\/firmware\//, '')
    .replace(/\/+$/, '')
    .replace(packed, '')
}

/**
 * The list with exactly these names in it. Comments, order and what stays are kept as they are; new names come last.
 */
export function editFirmwareList(text: string, names: string[]): string {
  const missing = new Set(names)
  const kept = text.split(/\r?\n/).filter((line) => {
    const word = line.replace(/\s+#.*$/, '').trim()
    if (word === '' || word.startsWith('#')) return true
    return missing.delete(wordToName(word))
  })
  while (kept.at(-1) === '') kept.pop()
  return `${[...kept, ...missing].join('\n')}\n`.replace(/^\n$/, '')
}

/** A file below one of the folders firmware is looked for in. */
export interface FoundFirmware {
  /** Relative to `lib/firmware`. */
  path: string
  /** Where it lies on the server. */
  source: string
  /** Set for a symbolic link. */
  target?: string
}

/**
 * Which of the files are meant by a name: the file, packed or not, or everything in the folder of that name; by its whole
 * path when there is one, else by its last part wherever that lies. Links bring what they point to.
 * @param files by path, `lib/firmware` of the server first
 */
export function chooseFirmware(
  wanted: WantedFirmware,
  files: Map<string, FoundFirmware>,
): FoundFirmware[] {
  const all = [...files.values()]
  const isFile = (name: string) => (file: FoundFirmware) => file.path.replace(packed, '') === name
  const exact = all.filter(isFile(wanted.name))
  const inFolder = all.filter((file) => file.path.startsWith(`${wanted.name}/`))
  const byBase = all.filter(
    ({ path }) => (path.split('/').at(-1) ?? '').replace(packed, '') === wanted.base,
  )
  const inFolderByBase = all.filter(({ path }) => `/${path}`.includes(`/${wanted.base}/`))
  const chosen = [exact, inFolder, byBase, inFolderByBase].find((some) => some.length > 0) ?? []
  // A file that lies loose in a cache goes where the kernel will ask for it.
  const placed = chosen.map((file) => {
    const isLoose = !file.path.includes('/') && wanted.name.includes('/') && byBase.includes(file)
    return isLoose ? { ...file, path: wanted.name + (packed.exec(file.path)?.[0] ?? '') } : file
  })
  return [...placed, ...placed.flatMap((file) => behind(file, files))]
}

function behind(file: FoundFirmware, files: Map<string, FoundFirmware>): FoundFirmware[] {
  const seen: FoundFirmware[] = []
  let at: FoundFirmware | undefined = file
  while (at?.target !== undefined && seen.length < 10) {
    const names: string[] = at.path.split('/').slice(0, -1)
    for (const name of at.target.split('/')) {
      if (name === '..') names.pop()
      else if (name !== '.' && name !== '') names.push(name)
    }
    at = files.get(names.join('/'))
    if (at) seen.push(at)
  }
  return seen
}
