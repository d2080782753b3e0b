import { open } from 'node:fs/promises'
import { DirectResponse } from './direct-response.ts'
import { decideDelivery, type RangeRequest } from './http-range.ts'
import { sendSlices } from './send-slices.ts'

/** What is read at once for each reader. */
const sliceBytes = 256 * 1024
/** How long the other side may take nothing, in milliseconds. */
const stallMs = 60_000

/**
 * A file as a download, whole or in parts.
 * @param file.etag without quotes; differs whenever the bytes do.
 */
export async function downloadFile(
  file: { path: string; name: string; type: string; etag: string; now: number },
  asked: { isHead: boolean; conditions: RangeRequest },
): Promise<Response> {
  const handle = await open(file.path)
  let isHandedOn = false
  try {
    const { size: sizeBytes, mtime } = await handle.stat()
    const etag = `"${file.etag}"`
    const headers = new Headers({
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-cache',
      'Content-Disposition': `attachment; filename="${file.name}"`,
      'Content-Type': file.type,
      ETag: etag,
    })
    const conditions = asked.isHead ? { ...asked.conditions, range: undefined } : asked.conditions
    const facts = { sizeBytes, etag, modifiedAt: mtime, now: new Date(file.now) }
    const wanted = decideDelivery(conditions, facts)
    if (wanted.status === 416) headers.set('Content-Range', `bytes */${sizeBytes}`)
    if (wanted.status !== 200 && wanted.status !== 206)
      return new Response(null, { status: wanted.status, headers })
    const { start, length } = wanted
    const end = start + length
    headers.set('Content-Length', String(length))
    if (wanted.status === 206)
      headers.set('Content-Range', `bytes ${start}-${end - 1}/${sizeBytes}`)
    if (asked.isHead) return new Response(null, { status: wanted.status, headers })
    isHandedOn = true
    return new DirectResponse({ status: wanted.status, headers }, async (outgoing) => {
      const read = async (position: number) => {
        const bytes = Buffer.allocUnsafe(Math.min(sliceBytes, end - position))
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, position)
        if (bytesRead === 0) throw new Error('the file was cut')
        return { bytes: bytes.subarray(0, bytesRead), release() {} }
      }
      await sendSlices(outgoing, { start, end, stallMs, read, onSent() {} })
      await handle.close()
    })
  } finally {
    if (!isHandedOn) await handle.close()
  }
}
