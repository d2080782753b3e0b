import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { startTestServer, type TestServer, testIo } from '../testing.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

async function linbo(...words: string[]) {
  server = await startTestServer(({ path }) => ({ text: `# for ${path}\n` }))
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}

describe('linbo dhcp config', () => {
  it('prints what the API writes for that server', async () => {
    const { code, out } = await linbo('dhcp', 'config', '--for', 'kea')
    expect(code).toBe(0)
    expect(out).toBe('# for /dhcp/config?server=kea\n')
  })

  it.each([
    [['dhcp', 'config', '--for', 'bootpd'], 'isc, kea, dnsmasq, windows, opnsense'],
    [['dhcp', 'config'], '--for'],
    [['dhcp'], 'check'],
  ])('explains itself after %j', async (words, text) => {
    const { code, err } = await linbo(...words)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })
})
