import type { Db } from './schema.ts'

/** A school's devices.csv as it was read last. */
export interface DeviceFile {
  school: string
  content: Uint8Array
  /** Hosts whose rows were taken over. */
  taken: string[]
  imported_at: Date
}

export async function findDeviceFile(db: Db, school: string): Promise<DeviceFile | undefined> {
  return db.selectFrom('device_files').selectAll().where('school', '=', school).executeTakeFirst()
}

/** Keeps the file in place of the one before. */
export async function saveDeviceFile(db: Db, file: DeviceFile): Promise<void> {
  const row = { ...file, taken: JSON.stringify(file.taken) }
  await db
    .insertInto('device_files')
    .values(row)
    .onConflict((conflict) => conflict.column('school').doUpdateSet(row))
    .execute()
}
