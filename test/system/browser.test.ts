import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser, overflow, type TestBrowser } from '../support/browser.ts'
import { requireTool } from '../support/require.ts'
import { openSchool, type School } from '../support/school.ts'
import { type Suite, startSuite } from '../support/suite.ts'

const describeChromium = requireTool('chromium')
const count = 6
const image = 'images/tiny/tiny.qcow2'

describeChromium('the dashboard in Chromium', () => {
  let suite: Suite
  let school: School
  let browser: TestBrowser
  let page: Page

  beforeAll(async () => {
    suite = await startSuite('one process', { LINBO_LOG_LEVEL: 'warn' })
    school = await openSchool(suite, { count, network: 86, imageBytes: 12_000_000, pace: 0.3 })
    browser = await openBrowser()
    page = await browser.open(await browser.context({ locale: 'en-US' }))
  })
  afterAll(async () => {
    await browser?.close()
    await school?.close()
    await suite?.stop()
  })

  const room = () => page.getByRole('region', { name: 'r101' })
  const tile = (hostname: string) => room().locator(`a[href="/hosts/${hostname}"]`)

  it('asks for the admin token, and says when it is wrong', async () => {
    await page.goto(suite.url)
    await page.getByLabel('Admin token').fill('not the token')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('This is not the admin token.').waitFor()
    expect(browser.complaints.filter((text) => !text.includes('/api/v1/session'))).toEqual([])
    browser.complaints.length = 0
    await page.getByLabel('Admin token').fill(suite.token)
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
  })

  it('shows a room with its hosts', async () => {
    await tile('sim001').waitFor()
    expect(await room().getByRole('link').count()).toBe(count)
    expect(await room().textContent()).toContain(`0 of ${count} on`)
  })

  it('follows a fleet into LINBO without loading again', async () => {
    await page.evaluate('window.neverLoadedAgain = true')
    const { failures } = await school.fleet.boot(count)
    expect(failures).toEqual([])
    await room().getByText(`${count} of ${count} on`).waitFor()
    for (const { hostname } of school.machines) {
      await room()
        .getByRole('link', { name: `${hostname}: LINBO` })
        .waitFor()
    }
    expect(await page.evaluate('window.neverLoadedAgain')).toBe(true)
  })

  it('shows how far an operation is, until it ends', async () => {
    const operation = await suite.api<{ id: string }>('POST', '/operations', {
      commands: 'partition,format,initcache,sync:1',
      targets: { room: 'r101' },
    })
    const ring = tile('sim001').getByRole('progressbar')
    await ring.waitFor()
    await expect
      .poll(() => ring.getAttribute('aria-valuenow', { timeout: 5000 }), {
        interval: 40,
        timeout: 15_000,
      })
      .toMatch(/^[1-9]\d?$/)
    await page.getByRole('heading', { name: 'Running operations' }).waitFor()
    await suite.event(
      (event) => event.type === 'operation.finished' && event.operation === operation.id,
      30_000,
    )
    const done = page.locator(`a[href="/operations/${operation.id}"]`)
    await done.getByText('Done', { exact: true }).waitFor()
    await done.getByText(`${count} of ${count} hosts finished`).waitFor()
    await expect.poll(() => room().getByRole('progressbar').count()).toBe(0)
    expect(await page.evaluate('window.neverLoadedAgain')).toBe(true)
  })

  it("has each host's boot, transfers and output on its page", async () => {
    await tile('sim001').click()
    await page.getByRole('heading', { name: 'sim001' }).waitFor()
    const boots = page.getByRole('region', { name: 'Boots' })
    for (const step of ['Boot loader', 'grub.cfg', 'start.conf.lab', 'Ready']) {
      await boots.getByText(step, { exact: true }).first().waitFor()
    }
    const transfer = page.getByRole('region', { name: 'Transfers' }).getByRole('listitem')
    const moved = transfer.filter({ has: page.getByTitle(image, { exact: true }) })
    await moved.getByText('Complete').waitFor()
    expect(await moved.textContent()).toContain('12.0\u00a0MB')
    const output = page.getByRole('log', { name: 'Output of sim001' })
    await output.getByText('Full restore from tiny.qcow2 finished.').waitFor()
  })

  it('fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of ['/', '/hosts', '/hosts/sim001', '/operations', '/groups/lab', '/system']) {
      await page.goto(suite.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
      expect([path, await overflow(page)]).toEqual([path, 0])
    }
  })

  it('speaks German to a German browser', async () => {
    const context = await browser.context({ locale: 'de-DE' })
    await context.addCookies(await page.context().cookies())
    const german = await browser.open(context)
    await german.goto(suite.url)
    await german.getByRole('link', { name: 'Vorgänge' }).waitFor()
    await german.getByText(`${count} von ${count} an`).waitFor()
    expect(await german.locator('html').getAttribute('lang')).toBe('de')
    await context.close()
  })

  it('makes the browser complain about nothing', () => {
    expect(browser.complaints).toEqual([])
  })
})
