import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readUploadPassword } from '@linbo/ssh'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser, overflow, signIn, type TestBrowser } from '../support/browser.ts'
import { makeLinboPackage } from '../support/linbo-package.ts'
import { requireTool } from '../support/require.ts'
import { type Suite, startSuite } from '../support/suite.ts'

const run = promisify(execFile)
const describeChromium = requireTool('chromium')
const device = (name: string, mac: string) =>
  `r204;${name};lab;52:54:00:ab:00:${mac};10.16.204.${Number.parseInt(mac, 16)};;;;classroom-studentcomputer;;1;;;;\n`

describeChromium("LINBO's own data in Chromium", () => {
  let suite: Suite
  let browser: TestBrowser
  let page: Page
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-data-'))
    suite = await startSuite('one process', { LINBO_LOG_LEVEL: 'warn' })
    browser = await openBrowser()
    page = await browser.open(await browser.context({ locale: 'en-US' }))
    await signIn(page, suite)
    browser.complaints.length = 0
  })
  afterAll(async () => {
    await browser?.close()
    await suite?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const startConf = () => join(suite.linboDir, 'start.conf.lab')
  const save = () => page.getByRole('button', { name: 'Save', exact: true }).first()
  const write = async (text: string) => {
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+Home')
    await page.keyboard.type(text)
  }

  it('makes a group from a template', async () => {
    await page.goto(`${suite.url}/groups`)
    await page.getByRole('button', { name: 'New group' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name of the group').fill('lab')
    await dialog.getByText('Windows and Linux (UEFI)').click()
    await dialog.getByRole('button', { name: 'Make the group' }).click()
    await page.getByRole('heading', { name: 'lab', exact: true }).waitFor()
    expect(await readFile(startConf(), 'utf8')).toContain('Group = lab')
    await page.getByText('No problems found').waitFor()
  })

  it('tells what is wrong, and mends it with a click', async () => {
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('HIDDEN = no')
    const fix = page.getByRole('button', { name: /Remove the line/ })
    await fix.click()
    await page.getByText('No problems found').waitFor()
  })

  it('loses nothing when the file is edited on the disk meanwhile', async () => {
    await page.reload()
    await write('# mine\n')
    const other = `# theirs\n${await readFile(startConf(), 'utf8')}`
    await writeFile(startConf(), other)
    await page.getByText('Somebody else has changed this file.').waitFor()
    await save().click()
    const dialog = page.getByRole('dialog', { name: /was changed meanwhile/ })
    await dialog.getByText('# theirs').waitFor()
    await dialog.getByText('# mine').waitFor()
    expect(await readFile(startConf(), 'utf8')).toBe(other)
    await dialog.getByRole('button', { name: 'Save mine over it' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await readFile(startConf(), 'utf8')).toMatch(/^# mine\n/)
  })

  it('has the other version in the history and brings it back', async () => {
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('button', { name: /Version 2.*disk/ }).click()
    await page.getByText('# theirs').waitFor()
    await page.getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => readFile(startConf(), 'utf8')).toMatch(/^# theirs\n/)
  })

  it("shows the group's boot menu as machines do", async () => {
    await page.getByRole('tab', { name: 'Boot menu' }).click()
    const picture = page.getByRole('img', { name: 'The menu as machines show it' })
    await picture.waitFor()
    const width = () =>
      page.evaluate<number>(`document.querySelector('img[alt^="The menu"]').naturalWidth`)
    await expect.poll(width).toBeGreaterThan(300)
  })

  it('shows what an import would change before it does', async () => {
    await page.goto(`${suite.url}/hosts?import`)
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('textbox', { name: 'devices.csv' })
      .fill(`${device('pc01', '01')}${device('pc02', '02')}r204;pc_3;lab;no mac;DHCP;;;;;;1\n`)
    await dialog.getByRole('button', { name: 'See what would change' }).click()
    await dialog.getByText('2 added').waitFor()
    await dialog.getByText('"no mac" is no MAC').waitFor()
    expect(await suite.api('GET', '/hosts')).toMatchObject({ items: [] })
    await dialog.getByRole('button', { name: 'Apply 2 changes' }).click()
    await page.getByRole('link', { name: 'pc02' }).first().waitFor()
  })

  it('approves a machine that registered itself', async () => {
    await page.goto(`${suite.url}/registrations`)
    const file = join(folder, 'pc09.new')
    await writeFile(file, device('pc09', '09'))
    const { password } = await readUploadPassword(suite.dataDir)
    const target = `linbo@127.0.0.1::linbo-upload/pc09.new`
    await run('rsync', [`--port=${suite.ports.rsync}`, file, target], {
      env: { ...process.env, RSYNC_PASSWORD: password },
    })
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByText('pc09 is a host now').waitFor()
    expect(await suite.api('GET', '/hosts/pc09')).toMatchObject({ group: 'lab', room: 'r204' })
  })

  it('imports a package, gives it to machines and goes back', async () => {
    await page.goto(`${suite.url}/boot-files`)
    for (const version of ['7.4.10-0', '7.4.11-0']) {
      const chooser = page.locator('input[type=file]')
      await chooser.setInputFiles(makeLinboPackage(folder, { version }))
      const row = page.getByRole('listitem').filter({ hasText: `linuxmuster-linbo7 ${version}` })
      await row.getByRole('button', { name: 'Use', exact: true }).click()
      await row.getByText('in use').waitFor()
    }
    const sets = page.getByRole('region', { name: 'Built sets' }).getByRole('listitem')
    await sets.filter({ hasText: '7.4.10-0' }).getByRole('button', { name: 'Use this one' }).click()
    await sets.filter({ hasText: '7.4.10-0' }).getByText('in use').waitFor()
    expect(await readFile(join(suite.linboDir, 'linbo-version'), 'utf8')).toContain('7.4.10')
  })

  it('fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of ['/groups', '/groups/lab', '/registrations', '/inventory', '/boot-files']) {
      await page.goto(suite.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
      expect([path, await overflow(page)]).toEqual([path, 0])
    }
  })

  it('makes the browser complain about nothing but the refused save', () => {
    expect(browser.complaints.filter((text) => !text.includes('412'))).toEqual([])
  })
})
