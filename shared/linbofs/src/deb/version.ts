/** Longest version we keep as part of a folder's name. */
const maxLength = 100

/** Whether this is a Debian version (deb-version(7)) that can be part of a folder's name. */
export function isVersion(text: string): boolean {
  return text.length <= maxLength && /^(?:\d+:)?\d[A-Za-z0-9.+~-]*$/.test(text)
}

/** Orders versions as dpkg does: epoch, upstream version, revision. Negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)]
  return (
    comparePart(one.epoch, other.epoch) ||
    comparePart(one.upstream, other.upstream) ||
    comparePart(one.revision, other.revision)
  )
}

function split(version: string) {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? []
  const dash = rest.lastIndexOf('-')
  return dash < 0
    ? { epoch, upstream: rest, revision: '' }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) }
}

/** Text and numbers take turns; text counts letter by letter, numbers as such. */
function comparePart(a: string, b: string): number {
  const [one, other] = [a.split(/(\d+)/), b.split(/(\d+)/)]
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const [mine, its] = [one[at] ?? '', other[at] ?? '']
    const order = at % 2 === 0 ? compareText(mine, its) : compareNumber(mine, its)
    if (order !== 0) return order
  }
  return 0
}

function compareText(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = weight(a[at]) - weight(b[at])
    if (order !== 0) return order
  }
  return 0
}

/** A tilde is less than nothing, nothing less than a letter, a letter less than anything else. */
function weight(character: string | undefined): number {
  if (character === '~') return -1
  if (character === undefined) return 0
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}

function compareNumber(a: string, b: string): number {
  const [mine, its] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  if (mine.length !== its.length) return mine.length - its.length
  return mine < its ? -1 : mine > its ? 1 : 0
}
