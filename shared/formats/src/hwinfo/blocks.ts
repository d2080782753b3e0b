/** One device of hwinfo's list. */
export interface HwinfoBlock {
  /** How it is connected: `PCI`, `USB`, `SCSI`, `IDE`, `Virtio`, `None`. */
  bus: string
  /** `graphics card`, `disk`, `network`, … */
  hardwareClass: string
  fields: HwinfoField[]
}

export interface HwinfoField {
  key: string
  value: string
  /** The lines that are indented below it. */
  children: Pick<HwinfoField, 'key' | 'value'>[]
}

/** A list has some hundred devices, and a machine's BIOS some hundred lines. */
const mostBlocks = 2000
const mostFields = 2000
const longest = 1000

/**
 * Splits hwinfo's list into its devices:
 *
 *     34: PCI 300.0: 0282 WLAN controller
 *       [Created at pci.318]
 *       Hardware Class: network
 *       Driver Info #0:
 *         Driver Status: iwlwifi is active
 */
export function splitBlocks(lines: Iterable<string>): HwinfoBlock[] {
  const blocks: HwinfoBlock[] = []
  let block: HwinfoBlock | undefined
  for (const line of lines) {
    const head = /^\d+: (.{1,40}?) [0-9a-f]+\.[0-9a-f]+: /.exec(line)
    if (head) {
      if (blocks.length === mostBlocks) break
      block = { bus: head[1] ?? '', hardwareClass: '', fields: [] }
      blocks.push(block)
      continue
    }
    if (!block || block.fields.length === mostFields) continue
    // Anything at the margin ends the list or belongs to none of its devices.
    if (!line.startsWith('  ')) {
      block = undefined
      continue
    }
    addField(block, line)
  }
  return blocks
}

function addField(block: HwinfoBlock, line: string): void {
  const isChild = line.startsWith('    ')
  const text = line.trim().slice(0, longest).toWellFormed()
  const colon = text.indexOf(':')
  if (colon < 1 || text.startsWith('[')) return
  const field = { key: text.slice(0, colon), value: text.slice(colon + 1).trim() }
  if (!isChild) {
    block.fields.push({ ...field, children: [] })
    if (field.key === 'Hardware Class') block.hardwareClass = field.value
    return
  }
  const parent = block.fields.at(-1)
  if (parent && parent.children.length < mostFields) parent.children.push(field)
}

/** What a field says: the part in quotes of `pci 0x8086 "Intel Corporation"`, or all of it. */
export function textOf(
  fields: Pick<HwinfoField, 'key' | 'value'>[] | undefined,
  key: string,
): string | null {
  const value = fields?.find((field) => field.key === key)?.value
  if (value === undefined) return null
  const quoted = /"([^"]*)"/.exec(value)?.[1] ?? (value.includes('"') ? '' : value)
  return said(quoted)
}

/** Makers write all kinds of nothing where there is nothing to say. */
function said(text: string): string | null {
  const plain = text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  const nothing =
    /^(?:|none|unknown|undefined|not specified|not available|default string|to be filled by o\.e\.m\.?|system (?:manufacturer|product name|version|serial number)|0+|x+|n\/a)$/i
  return nothing.test(plain) ? null : plain
}
