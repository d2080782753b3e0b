/** A file's text, and how its bytes mean it. */
export interface DecodedText {
  text: string
  encoding: 'utf-8' | 'iso-8859-1'
}

/**
 * Reads bytes as UTF-8 or, where they are none, as ISO 8859-1, in which every byte is a character: old school files
 * are written so. Byte order marks and zero bytes stay in the text.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { text: utf8.decode(bytes), encoding: 'utf-8' }
  } catch {
    let text = ''
    for (let at = 0; at < bytes.length; at += 4096) {
      text += String.fromCharCode(...bytes.subarray(at, at + 4096))
    }
    return { text, encoding: 'iso-8859-1' }
  }
}

/** The bytes of a text: `decodeText` turned around. What ISO 8859-1 cannot hold makes it UTF-8 after all. */
export function encodeText({ text, encoding }: DecodedText): Uint8Array {
  const isNarrow = encoding === 'iso-8859-1' && !/[^\u0000-\u00ff]/.test(text)
  if (!isNarrow) return new TextEncoder().encode(text)
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
