import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Suite } from './suite.ts'

const built = join(import.meta.dirname, '../../web/build/index.html')

/** Chromium, and what it complained about. */
export interface TestBrowser {
  context(options: { locale: string }): Promise<BrowserContext>
  open(context: BrowserContext): Promise<Page>
  /** Each with where it came from. */
  complaints: string[]
  close(): Promise<void>
}

export async function openBrowser(): Promise<TestBrowser> {
  if (!existsSync(built))
    throw new Error(`${built} is missing; run: npx turbo run build --filter=@linbo/web`)
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
  })
  const complaints: string[] = []
  return {
    complaints,
    context: (options) => browser.newContext(options),
    async open(context) {
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error')
          complaints.push(`${message.text()} ${message.location().url}`)
      })
      return page
    },
    close: () => browser.close(),
  }
}

/** Signs in with the admin token and waits for the live picture. */
export async function signIn(page: Page, suite: Suite): Promise<void> {
  await page.goto(suite.url)
  await page.getByLabel('Admin token').fill(suite.token)
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
}

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'chromium')).find((file) => existsSync(file))
  if (!found) throw new Error('chromium is not on the PATH')
  return found
}
