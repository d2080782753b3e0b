import { open } from 'node:fs/promises'
import { arHeaderBytes, arMagic, decodeArHeader, isAr } from './ar.ts'
import { ArchiveError } from './archive-error.ts'
import { type Compression, compressions } from './decompress.ts'

/** A part of a .deb: where its bytes lie in the file. */
export interface DebMember {
  compression: Compression
  offset: number
  sizeBytes: number
}

/** More than a .deb ever has; it ends the search in a file of nothing but headers. */
const maxMembers = 16

/**
 * Finds the two archives in a .deb (deb(5)): `debian-binary`, `control.tar.*`, `data.tar.*` in this order, and nothing
 * else but members whose name begins with an underscore.
 * @throws ArchiveError
 */
export async function findMembers(path: string): Promise<{ control: DebMember; data: DebMember }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const at = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    }
    if (!isAr(await at(0, arMagic.length))) throw new ArchiveError('it is no Debian package')
    const found: (DebMember & { name: string })[] = []
    for (let offset = arMagic.length; offset < size; ) {
      const { name, sizeBytes } = decodeArHeader(await at(offset, arHeaderBytes))
      const start = offset + arHeaderBytes
      if (start + sizeBytes > size) throw new ArchiveError('it is cut off')
      if (found.length >= maxMembers) throw new ArchiveError('it has too many parts')
      found.push({ name, offset: start, sizeBytes, compression: compressionOf(name) })
      offset = start + sizeBytes + (sizeBytes & 1)
    }
    const [binary, control, data, ...more] = found.filter(({ name }) => !name.startsWith('_'))
    if (binary?.name !== 'debian-binary' || found[0] !== binary)
      throw new ArchiveError('it does not begin with debian-binary')
    const version = String(await at(binary.offset, Math.min(binary.sizeBytes, 100)))
    if (!/^2\.\d+\n/.test(version)) throw new ArchiveError('it is of an unknown format version')
    if (!control || !isPart(control.name, 'control') || !data || !isPart(data.name, 'data'))
      throw new ArchiveError('control.tar and data.tar are not where they should be in it')
    if (more[0]) throw new ArchiveError(`it has a part of no meaning, ${more[0].name}`)
    return { control, data }
  } finally {
    await file.close()
  }
}

const isPart = (name: string, part: string) =>
  name === `${part}.tar` || compressions.some((one) => name === `${part}.tar.${one}`)

function compressionOf(name: string): Compression {
  return compressions.find((one) => name.endsWith(`.tar.${one}`)) ?? 'none'
}
