import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'
import type { Unpacked } from './unpacked.ts'

/**
 * `describe` when every one of the programs is on the PATH or was unpacked, else one that skips and says so. With
 * LINBO_TEST_REQUIRE set to `all`, or to a list with one of the names in it, a missing program is a failure.
 */
export function requireTool(
  ...programs: (string | Unpacked)[]
): typeof describe | typeof describe.skip {
  const missing = programs.flatMap((program) => {
    if (typeof program === 'string') return isOnPath(program) ? [] : [program]
    return program.path ? [] : [program.name]
  })
  if (missing.length === 0) return describe
  const names = missing.join(', ')
  const required = (process.env.LINBO_TEST_REQUIRE ?? '').split(',')
  if (required.includes('all') || missing.some((program) => required.includes(program)))
    throw new Error(`LINBO_TEST_REQUIRE asks for ${names}, which this machine does not have`)
  process.stderr.write(`SKIPPED: tests that need ${names}, which this machine does not have\n`)
  return describe.skip
}

function isOnPath(program: string): boolean {
  const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
