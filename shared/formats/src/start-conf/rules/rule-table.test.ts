import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startConfRules } from '../rule-list.ts'

const path = new URL('../../../start-conf-rules.md', import.meta.url)
const shown = (text: string) => text.replaceAll('|', '\\|').replace(/\{(\w+)\}/g, '*$1*')
const safely = (text: string) => shown(text).replaceAll('<', '&lt;')

it('is in start-conf-rules.md as it is; UPDATE_TESTDATA=1 writes it', () => {
  const rows = startConfRules.map(
    ({ code, severity, message, explanation, fix }) =>
      `| \`${code}\` | ${severity} | ${safely(message)} | ${safely(explanation)} | ${safely(fix)} |`,
  )
  const text = `# Rules for start.conf

What \`linbo group check\`, the API and the dashboard look for. An **error** makes a file unusable or dangerous for clients, and it is
not saved; a **warning** is something that is not as it reads; an **info** could be better.

| rule | severity | says | what really happens | what to do |
|---|---|---|---|---|
${rows.join('\n')}
`
  if (process.env.UPDATE_TESTDATA) writeFileSync(path, text)
  expect(readFileSync(path, 'utf8')).toBe(text)
})
