const separated = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/
const cisco = /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/
const bare = /^[0-9a-f]{12}$/

/**
 * The lower-case colon form of an Ethernet address, or undefined when the text is none. Accepts the forms
 * people paste: colons, hyphens, Cisco's dotted groups of four, and no separator at all.
 */
export function parseMac(text: string): string | undefined {
  const written = text.trim().toLowerCase()
  if (!separated.test(written) && !cisco.test(written) && !bare.test(written)) return undefined
  return written.replace(/[^0-9a-f]/g, '').replace(/..(?!$)/g, '$&:')
}

/** The lower-case colon form of address bytes, of whatever length the hardware type has. */
export function printMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
