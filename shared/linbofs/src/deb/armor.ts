/** OpenPGP data as bytes, whether it came armored (RFC 9580, 6.2) or not. gpgv takes a keyring only without armor. */
export function dearmor(data: Uint8Array): Uint8Array {
  const text = new TextDecoder('latin1').decode(data)
  const blocks = [
    ...text.matchAll(/-----BEGIN PGP [A-Z ]+-----\r?\n([\s\S]*?)-----END PGP [A-Z ]+-----/g),
  ]
  if (blocks.length === 0) return data
  return Buffer.concat(
    blocks.map(([, block = '']) => {
      const lines = block.split(/\r?\n/)
      const start = lines.findIndex((line) => line.trim() === '')
      // The last line, which begins with "=", is a checksum that nobody needs any more.
      const digits = lines.slice(start + 1).filter((line) => !line.startsWith('='))
      return Buffer.from(digits.join(''), 'base64')
    }),
  )
}
