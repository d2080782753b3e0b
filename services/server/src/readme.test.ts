import { readFileSync } from 'node:fs'
import { settingsTable } from '@linbo/config'
import { expect, it } from 'vitest'
import { suiteSchema } from './settings.ts'

it('has its own setting in the README', () => {
  const { LINBO_SERVICES } = suiteSchema('/data')
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(settingsTable({ LINBO_SERVICES }))
})
