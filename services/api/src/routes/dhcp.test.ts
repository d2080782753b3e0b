import { saveHost } from '@linbo/db'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeEach(async () => {
  test = await openTestApp()
})
afterEach(() => test.close())

const mac = '52:54:00:00:00:01'

describe('GET /api/v1/dhcp/config', () => {
  it.each(['isc', 'kea', 'dnsmasq', 'windows', 'opnsense'])(
    'writes the hosts, the server and the boot files for %s',
    async (server) => {
      const host = { hostname: 'pc1', mac, ip: '10.0.0.1', group: 'lab', room: 'r1' }
      await saveHost(test.deps.db, host)
      const answer = await test.ask('GET', `/api/v1/dhcp/config?server=${server}`)
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
      const text = await answer.text()
      for (const part of ['pc1', '10.0.0.1', 'lab', '10.0.0.254', 'boot/grub/i386-pc/core.0']) {
        expect(text).toContain(part)
      }
      if (server !== 'windows') expect(text).toContain('http://10.0.0.254:8080/boot/grub/')
    },
  )

  it('says which servers it knows when asked for another', async () => {
    const answer = await test.ask('GET', '/api/v1/dhcp/config?server=bootpd')
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('dnsmasq') })
  })

  it('is for those who are signed in', async () => {
    expect((await test.askBare('/api/v1/dhcp/config?server=isc')).status).toBe(401)
  })
})
