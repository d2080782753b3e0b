import { join } from 'node:path'
import { styleText } from 'node:util'
import type { Service } from '@linbo/runtime'
import type { SuiteConfig } from './services.ts'

/** What a person needs to know once everything is up: where the dashboard is, how to get in, who listens where. */
export function banner(
  services: Service[],
  config: SuiteConfig,
  moved: Record<string, number>,
): string {
  const shown = config.LINBO_LISTEN === '0.0.0.0' ? config.LINBO_SERVER_IP : config.LINBO_LISTEN
  const port = services.find((service) => service.name === 'api')?.health().facts?.port
  const rows: [string, string][] = []
  if (port !== undefined) {
    rows.push(['dashboard', `http://${shown}:${port}/`])
    rows.push(['admin token', join(config.LINBO_DATA_DIR, 'admin-token')])
  }
  rows.push(['served tree', config.LINBO_DIR])
  rows.push(['listening', services.map(listening).join(', ')])
  for (const [name, value] of Object.entries(moved)) {
    rows.push(['note', `no right to bind ports below 1024, so ${name} is ${value}`])
  }
  const lines = rows.map(([name, value]) => `  ${styleText('dim', name.padEnd(12))} ${value}`)
  return ['', styleText('bold', '  LINBO server suite is up'), '', ...lines, ''].join('\n')
}

function listening(service: Service): string {
  const { state, facts } = service.health()
  if (facts?.mode === 'off') return `${service.name} off`
  const port = facts?.port === undefined ? '' : ` ${facts.port}`
  return `${service.name}${port}${state === 'ok' ? '' : ` (${state})`}`
}
