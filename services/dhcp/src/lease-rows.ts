import { type Db, type LeaseRow, saveLeases } from '@linbo/db'
import type { Lease } from './lease.ts'

/** Stores leases in their order; a statement has every machine and every address only once. */
export async function saveAll(db: Db, leases: Lease[]): Promise<('stored' | 'taken')[]> {
  const answers: ('stored' | 'taken')[] = []
  for (let at = 0; at < leases.length; ) {
    const part: Lease[] = []
    const seen = new Set<string>()
    for (const lease of leases.slice(at)) {
      if (seen.has(lease.mac) || seen.has(lease.ip)) break
      seen.add(lease.mac).add(lease.ip)
      part.push(lease)
    }
    const stored = await saveLeases(db, part.map(rowOf))
    for (const { mac } of part) answers.push(stored.has(mac) ? 'stored' : 'taken')
    at += part.length
  }
  return answers
}

export function leaseOf(row: LeaseRow): Lease {
  const { mac, ip, hostname } = row
  return { mac, ip, hostname, expiresAt: row.expires_at.getTime() }
}

function rowOf({ mac, ip, hostname, expiresAt }: Lease): LeaseRow {
  return { mac, ip, hostname, expires_at: new Date(expiresAt) }
}
