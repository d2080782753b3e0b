import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/**
 * `describe` when every one of the programs is on the PATH, else one that skips and says so. With
 * LINBO_TEST_REQUIRE set to `all`, or to a list with one of the names in it, a missing program is a failure.
 */
export function requireTool(...programs: string[]): typeof describe | typeof describe.skip {
  const missing = programs.filter((program) => !isOnPath(program))
  if (missing.length === 0) return describe
  const names = missing.join(', ')
  const required = (process.env.LINBO_TEST_REQUIRE ?? '').split(',')
  if (required.includes('all') || missing.some((program) => required.includes(program)))
    throw new Error(`LINBO_TEST_REQUIRE asks for ${names}, not found on the PATH`)
  process.stderr.write(`SKIPPED: tests that need ${names}, not found on the PATH\n`)
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
