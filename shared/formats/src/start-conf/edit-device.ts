import { diskOf, partitionDev, partitionNumber } from './device.ts'
import { type KeyLine, readLines } from './line.ts'
import { applyEdits, StartConfError, setValue } from './line-edit.ts'
import { readSections } from './section.ts'

/** The key of each section that names a partition. */
const deviceKeys = { linbo: 'cache', partition: 'dev', os: 'root' } as const

/** The lines of a start.conf that name a partition: Cache, Dev and Root. */
function deviceLines(text: string): KeyLine[] {
  return readSections(readLines(text)).sections.flatMap(({ name, keys }) =>
    keys.filter((line) => name && line.key === deviceKeys[name]),
  )
}

/**
 * Renames a partition wherever it occurs and leaves every other byte as it is.
 * @throws StartConfError when the new name is no partition, or another one has it.
 */
export function renameDevice(text: string, from: string, to: string): string {
  return renameDevices(text, new Map([[from, to]]))
}

/**
 * Renames a disk with all its partitions, such as `/dev/sda` to `/dev/disk0` or `/dev/nvme0n1`.
 * @throws StartConfError when the new name is no disk, or the file has it already.
 */
export function renameDisk(text: string, from: string, to: string): string {
  if (!/^\/dev\/[A-Za-z0-9]+$/.test(to)) throw new StartConfError(`"${to}" is no disk`)
  const devices = new Set(deviceLines(text).map((line) => line.value))
  const ofDisk = [...devices].filter((dev) => diskOf(dev) === from && dev !== from)
  return renameDevices(
    text,
    new Map(ofDisk.map((dev) => [dev, partitionDev(to, partitionNumber(dev))])),
  )
}

function renameDevices(text: string, names: ReadonlyMap<string, string>): string {
  const lines = deviceLines(text)
  const others = new Set(lines.map((line) => line.value).filter((dev) => !names.has(dev)))
  for (const to of names.values()) {
    if (!/^\/dev\/[A-Za-z0-9]*[a-z0-9]\d*$/.test(to) || partitionNumber(to) === 0)
      throw new StartConfError(`"${to}" is no partition`)
    if (others.has(to)) throw new StartConfError(`${to} is there already`)
  }
  const edits = lines.flatMap((line) => {
    const to = names.get(line.value)
    return to === undefined || to === line.value ? [] : [setValue(line, to)]
  })
  return applyEdits(text, edits)
}
