import { describe, expect, it } from 'vitest'
import { load, describe as rows, setting, settingsTable } from './index.ts'

const schema = {
  PORT: setting.port(69, 'Where it listens.'),
  MODE: setting.oneOf('off', 'proxy')('off', 'What it does.'),
  NAMES: setting.list([], 'Some names.'),
  KEY: setting.secret('A key.'),
  DERIVED: setting.text((earlier) => `port-${earlier.PORT}`, 'From the port.'),
}

describe('load', () => {
  it('takes the environment, then the file, then the default, and says which', () => {
    const loaded = load(schema, { PORT: '70' }, { PORT: '71', MODE: 'proxy' })
    expect(loaded.values).toEqual({
      PORT: 70,
      MODE: 'proxy',
      NAMES: [],
      KEY: undefined,
      DERIVED: 'port-70',
    })
    expect(loaded.origins).toMatchObject({ PORT: 'environment', MODE: '.env', NAMES: 'default' })
  })

  it('reports all problems at once, naming each setting and never a secret', () => {
    const bad = { PORT: '70000', MODE: 'full' }
    expect(() => load(schema, bad)).toThrow(
      /PORT: "70000"[\s\S]*MODE: "full" is none of off, proxy/,
    )
  })

  it('treats an empty value as not set', () => {
    expect(load(schema, { PORT: '', KEY: '' }).values).toMatchObject({ PORT: 69, KEY: undefined })
  })
})

describe('describe', () => {
  it('hides secrets', () => {
    const loaded = load(schema, { KEY: 'sesame', NAMES: 'a, b' })
    const shown = rows(schema, loaded)
    expect(JSON.stringify(shown)).not.toContain('sesame')
    expect(shown.find((row) => row.name === 'NAMES')).toMatchObject({
      value: 'a,b',
      origin: 'environment',
    })
    expect(settingsTable(schema)).toContain('| `PORT` | `69` | Where it listens. |')
  })
})
