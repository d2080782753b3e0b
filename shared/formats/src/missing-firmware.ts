const phrase = /Direct firmware load for ([A-Za-z0-9_+.,@-][A-Za-z0-9_+.,@/-]{0,199}) failed/g
const mostNames = 200

/** The names of the firmware files that a Linux kernel asked for in vain, by what it said in a log. */
export function missingFirmwareIn(text: string): string[] {
  const names = new Set<string>()
  for (const [, name = ''] of text.matchAll(phrase)) {
    if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) continue
    if (names.size < mostNames) names.add(name)
  }
  return [...names]
}
