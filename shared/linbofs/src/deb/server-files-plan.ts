/** What becomes of one of a package's files for LINBO_DIR. `keep`: somebody changed the one that is there. */
export type ServerFileAction = 'put' | 'leave' | 'keep'

/** A file as it is found; `other` is anything but a regular file. */
export type FoundFile = { sha256: string } | 'other' | undefined

/**
 * Decides for every file of a package what to do: one that is missing or as we put it there becomes the package's, one
 * that somebody changed stays. A checksum beside a file goes with that file, so that the two agree.
 * @param wanted sha256 by path
 * @param isOurs whether what is found at the path is what we, or another version of the package, would have put there
 */
export function planServerFiles(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, FoundFile>,
  isOurs: (path: string, sha256: string) => boolean,
): Map<string, ServerFileAction> {
  const plan = new Map<string, ServerFileAction>()
  const decide = (path: string, sha256: string): ServerFileAction => {
    const there = found.get(path)
    if (there === undefined) return 'put'
    if (there === 'other') return 'keep'
    if (there.sha256 === sha256) return 'leave'
    const of = path.endsWith('.md5') ? plan.get(path.slice(0, -'.md5'.length)) : undefined
    return (of ? of !== 'keep' : isOurs(path, there.sha256)) ? 'put' : 'keep'
  }
  // A checksum sorts after what it is of.
  for (const [path, sha256] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)))
    plan.set(path, decide(path, sha256))
  return plan
}
