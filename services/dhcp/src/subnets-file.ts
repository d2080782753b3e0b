import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseSubnetsCsv, type SubnetRow } from '@linbo/formats'
import { LinboError, toLinboError } from '@linbo/runtime'
import { parseNetwork, parseRange } from './address.ts'
import type { SubnetEntry } from './subnet.ts'

/** A subnets.csv that was read. */
export interface SubnetsFile {
  text: string
  networks: SubnetEntry[]
  /** What counts as empty, one sentence each. */
  warnings: string[]
}

/**
 * Reads linuxmuster's subnets.csv.
 * @throws LinboError `DHCP_SUBNETS_FILE` naming the first line that is wrong, or why it cannot be read.
 */
export async function readSubnetsFile(path: string): Promise<SubnetsFile> {
  const text = await readFile(path, 'utf8').catch((error) => {
    const fix = 'Let the suite read it, or correct LINBO_SUBNETS_FILE.'
    throw toLinboError(error, 'DHCP_SUBNETS_FILE', `cannot read ${path}`, fix)
  })
  const { rows, refused, warnings } = parseSubnetsCsv(text)
  const [wrong] = refused
  const place = ({ line, column }: { line: number; column: number }) =>
    `${basename(path)}:${line}:${column}`
  if (wrong) {
    throw new LinboError('DHCP_SUBNETS_FILE', `${place(wrong)}: ${wrong.message}`, {
      fix: wrong.fix,
    })
  }
  return {
    text,
    networks: rows.flatMap((row) => entryOf(row) ?? []),
    warnings: warnings.map((one) => `${place(one)}: ${one.message}`),
  }
}

function entryOf({ network, router, range, nameservers, nextServer }: SubnetRow) {
  const parsed = parseNetwork(network)
  const pool = range && parseRange(`${range.first}-${range.last}`)
  if (!parsed) return undefined
  return {
    network: parsed,
    router,
    dns: nameservers.length > 0 ? nameservers : undefined,
    pools: pool ? [pool] : [],
    nextServer,
  }
}
