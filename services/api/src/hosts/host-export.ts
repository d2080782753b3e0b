import { type Db, findDeviceFile, listHosts } from '@linbo/db'
import { decodeText, encodeText, mergeDevices } from '@linbo/formats'
import { deviceOf } from './host-device.ts'

/** A school's devices.csv as it is now: the file that was read last, with what changed since. */
export async function exportDevices(
  db: Db,
  school: string,
): Promise<{ content: Uint8Array; encoding: string }> {
  const file = await findDeviceFile(db, school)
  const hosts = await listHosts(db, { school })
  const { text, encoding } = decodeText(file?.content ?? new Uint8Array())
  const changed = hosts.filter((host) => file && host.updated_at > file.imported_at)
  const merged = mergeDevices(text, {
    school,
    devices: hosts.map(deviceOf),
    taken: new Set(file?.taken),
    changed: new Set(changed.map((host) => host.hostname)),
  })
  const bytes = encodeText({ text: merged, encoding })
  return { content: bytes, encoding: decodeText(bytes).encoding }
}
