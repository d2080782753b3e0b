/** A line of a client's image status. */
export interface ImageStatus {
  kind: 'applied' | 'created'
  /** `win11.qcow2`, or the differential image. */
  image: string
  /** `YYYYmmddHHMM` by the client's clock. */
  time: string
  /** `timestamp` of the image's `.info`, when the client knew it. */
  version: string | null
}

const mostLines = 1000

/**
 * Reads what a client uploads after it got or made an image: `202611200745 applied: win11.qcow2 "202611011200"`, one
 * line at a time, many in a collected file. Lines that say something else are passed over.
 */
export function parseImageStatus(text: string): ImageStatus[] {
  return text
    .split(/\r?\n/)
    .slice(0, mostLines)
    .flatMap((line) => {
      const found =
        /^(\d{12}) (applied|created): ([A-Za-z0-9_][A-Za-z0-9_.-]{0,199})(?:\s+"?(\d{12})?"?)?\s*$/.exec(
          line,
        )
      if (!found) return []
      const [, time = '', kind, image = '', version] = found
      return [
        { kind: kind === 'applied' ? 'applied' : 'created', image, time, version: version ?? null },
      ]
    })
}
