import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireTool } from '@linbo/test/require'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApp, type TestApp, testToken } from '../test-app.ts'

let test: TestApp
let url: string
beforeAll(async () => {
  test = await openTestApp()
  url = `http://127.0.0.1:${await test.listen()}/api/v1/boot-files/iso`
  await writeFile(join(test.root, 'linbo64'), 'kernel')
  await writeFile(join(test.root, 'linbofs64'), 'initramfs')
  await writeFile(join(test.root, 'start.conf.lab'), '[LINBO]\nKernelOptions = dhcpretry=9\n')
})
afterAll(() => test.close())

const get = (headers: Record<string, string> = {}, method = 'GET', query = '') =>
  fetch(`${url}${query}`, { method, headers: { authorization: `Bearer ${testToken}`, ...headers } })

async function make(query = ''): Promise<{ step?: string; result?: Record<string, unknown> }[]> {
  const answer = await test.ask('POST', `/api/v1/boot-files/iso${query}`)
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
  const lines = (await answer.text()).trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

requireTool(
  'xorriso',
  'mformat',
  'grub-mkimage',
)('the boot medium', () => {
  it('is made while the progress is told, and only once', async () => {
    const lines = await make()
    expect(lines[0]).toEqual({ step: 'making GRUB', percent: null })
    const { result } = lines.at(-1) ?? {}
    expect(result).toMatchObject({ isNew: true, set: null, missing: expect.any(Array) })
    expect(await make()).toEqual([{ result: { ...result, isNew: false } }])
    const audit = await (await test.ask('GET', '/api/v1/audit')).json()
    expect(audit.items).toMatchObject([{ action: 'boot-iso.make', target: result?.key }])
  })

  it('comes whole, in parts, and not again', async () => {
    const whole = await get()
    expect(whole.status).toBe(200)
    expect(whole.headers.get('content-disposition')).toBe('attachment; filename="linbo.iso"')
    const image = new Uint8Array(await whole.arrayBuffer())
    expect(Buffer.from(image.subarray(0x8001, 0x8006)).toString()).toBe('CD001')
    const etag = whole.headers.get('etag') ?? ''
    const rest = await get({ range: `bytes=${image.length - 7}-`, 'if-range': etag })
    expect(rest.status).toBe(206)
    expect(new Uint8Array(await rest.arrayBuffer())).toEqual(image.subarray(-7))
    expect((await get({ 'if-none-match': etag })).status).toBe(304)
    expect((await get({ range: `bytes=${image.length}-` })).status).toBe(416)
    const head = await get({}, 'HEAD')
    expect(head.headers.get('content-length')).toBe(String(image.length))
  })

  it("has a group's options when that is asked for", async () => {
    const answer = await get({}, 'GET', '?group=lab')
    expect(answer.headers.get('content-disposition')).toContain('linbo-lab.iso')
    const image = Buffer.from(await answer.arrayBuffer())
    expect(image.includes('isoboot dhcpretry=9')).toBe(true)
    const unknown = await get({}, 'GET', '?group=none')
    expect(await unknown.json()).toMatchObject({ status: 404, code: 'START_CONF_UNKNOWN' })
  })

  it('is only for those who are signed in', async () => {
    expect((await fetch(url)).status).toBe(401)
  })

  it('says what is missing', async () => {
    await rm(join(test.root, 'linbofs64'))
    const answer = await get()
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'ISO_NO_BOOT_FILES' })
    expect(await make()).toMatchObject([{ problem: { code: 'ISO_NO_BOOT_FILES' } }])
  })
})
