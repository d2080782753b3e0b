import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { settingsTable } from '@linbo/config'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const ignored = ['node_modules', 'data', '.cache', 'build', '.svelte-kit', '.output']
const exclude = (path: string) => ignored.some((name) => path.split('/').includes(name))
const documents = globSync('**/*.md', { cwd: root, exclude })
const workspaces = globSync('{shared,services}/*/package.json', { cwd: root })

interface Manifest {
  name: string
  dependencies?: Record<string, string>
}
const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest

describe('documents', () => {
  it.each(documents)('%s links only to what exists', (path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '')
    const local = links.filter((link) => !/^[a-z]+:/.test(link))
    const broken = local.filter((link) => !existsSync(join(root, dirname(path), link)))
    expect(broken).toEqual([])
  })

  it.each(workspaces.map((path) => dirname(path)))('%s has a README', (folder) => {
    expect(existsSync(join(root, folder, 'README.md'))).toBe(true)
  })

  it.each(['api', 'tftp', 'dhcp', 'sync', 'remote'])(
    'services/%s lists its settings as they are',
    async (name) => {
      const { schema } = await import(`../services/${name}/src/config.ts`)
      const readme = readFileSync(join(root, 'services', name, 'README.md'), 'utf8')
      for (const row of settingsTable(schema).split('\n')) expect(readme).toContain(row)
    },
  )
})

describe('workspaces', () => {
  const services = workspaces.filter((path) => path.startsWith('services/'))
  /** What may depend on services: the composition, the command line, and the simulator on their packet formats. */
  const composers = ['@linbo/server', '@linbo/cli', '@linbo/simulator']

  it('keep services apart from each other', () => {
    const names = new Set(services.map((path) => manifest(path).name))
    const crossing = services.flatMap((path) => {
      const { name, dependencies = {} } = manifest(path)
      if (composers.includes(name)) return []
      return Object.keys(dependencies)
        .filter((one) => names.has(one))
        .map((one) => `${name} → ${one}`)
    })
    expect(crossing).toEqual([])
  })

  it('keep shared code free of services', () => {
    const names = new Set(services.map((path) => manifest(path).name))
    const shared = workspaces.filter((path) => path.startsWith('shared/'))
    const crossing = shared.flatMap((path) =>
      Object.keys(manifest(path).dependencies ?? {})
        .filter((one) => names.has(one))
        .map((one) => `${relative('', path)} → ${one}`),
    )
    expect(crossing).toEqual([])
  })
})
