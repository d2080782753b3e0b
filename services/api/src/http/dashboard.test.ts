import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDashboard, type Dashboard, pagePolicy } from './dashboard.ts'

const script = 'import("/_app/start.js")'
const page = `<!doctype html><script src="/theme.js"></script><div id="app"><script>${script}</script></div>`
let folder: string
let dashboard: Dashboard

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-web-'))
  dashboard = createDashboard(join(folder, 'build'))
  await writeFile(join(folder, 'secret.txt'), 'secret')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function build(): Promise<void> {
  await mkdir(join(folder, 'build/_app/immutable'), { recursive: true })
  await writeFile(join(folder, 'build/index.html'), page)
  await writeFile(join(folder, 'build/_app/immutable/a.js'), 'a()')
  await writeFile(join(folder, 'build/.env'), 'secret')
  await symlink(join(folder, 'secret.txt'), join(folder, 'build/link.txt'))
}

describe('the dashboard', () => {
  it('says how to build it while it is not built', async () => {
    const answer = await dashboard.serve('/')
    expect(answer?.status).toBe(503)
    expect(await answer?.text()).toContain('npm run build')
  })

  it('is there as soon as it is built', async () => {
    await dashboard.serve('/')
    await build()
    expect(await (await dashboard.serve('/'))?.text()).toBe(page)
  })

  it('answers every page of the application with the one there is', async () => {
    await build()
    for (const path of ['/hosts', '/hosts/pc01', '/groups/lab/edit']) {
      const answer = await dashboard.serve(path)
      expect(answer?.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer?.headers.get('cache-control')).toBe('no-cache')
      expect(await answer?.text()).toBe(page)
    }
  })

  it('lets the scripts in the page run, by their hash, and no others', async () => {
    await build()
    const policy = (await dashboard.serve('/'))?.headers.get('content-security-policy') ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).not.toContain('unsafe')
    expect(pagePolicy('<p>no script</p>')).toContain("script-src 'self';")
  })

  it('lets hashed files be kept for ever', async () => {
    await build()
    const answer = await dashboard.serve('/_app/immutable/a.js')
    expect(answer?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(answer?.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    '/missing.js',
    '/_app/immutable/missing.js',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/_app/../../secret.txt',
    '/.env',
    '/link.txt',
    '/index.html%00.js',
    '/%',
  ])('does not have %s', async (path) => {
    await build()
    expect(await dashboard.serve(path)).toBeUndefined()
  })
})
