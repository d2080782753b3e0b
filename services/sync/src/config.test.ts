import { readFileSync } from 'node:fs'
import { settingsTable } from '@linbo/config'
import { expect, it } from 'vitest'
import { schema } from './config.ts'

it('has its settings table in the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(settingsTable(schema))
})
