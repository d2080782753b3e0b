import { type Browser, chromium, type Page } from 'playwright-core'

/** The dashboard in a browser, signed in. */
export interface Dashboard extends AsyncDisposable {
  page: Page
  /** Errors the page had, from its scripts or the network. */
  errors: string[]
}

export async function openDashboard(url: string, token: string): Promise<Dashboard> {
  const browser: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const signIn = await context.request.post(`${url}/api/v1/session`, {
      data: { token },
      headers: { origin: url },
    })
    if (!signIn.ok()) throw new Error(`the dashboard does not sign us in: ${await signIn.text()}`)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(url)
    return { page, errors, [Symbol.asyncDispose]: () => browser.close() }
  } catch (error) {
    await browser.close()
    throw error
  }
}
