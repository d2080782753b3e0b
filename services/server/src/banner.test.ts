import type { Health, Service } from '@linbo/runtime'
import { expect, it } from 'vitest'
import { banner } from './banner.ts'
import type { SuiteConfig } from './services.ts'

const service = (name: string, health: Health): Service => ({
  name,
  start: async () => {},
  stop: async () => {},
  health: () => health,
})
const config = (LINBO_LISTEN: string) =>
  ({
    LINBO_LISTEN,
    LINBO_SERVER_IP: '10.0.0.1',
    LINBO_DATA_DIR: '/data',
    LINBO_DIR: '/srv/linbo',
  }) as SuiteConfig
const services = [
  service('api', { state: 'ok', facts: { port: 8080 } }),
  service('tftp', { state: 'degraded', facts: { port: 10069 } }),
  service('dhcp', { state: 'ok', facts: { mode: 'off' } }),
]

it('tells where the dashboard and the token are, and who listens where', () => {
  const text = banner(services, config('0.0.0.0'), {})
  expect(text).toContain('http://10.0.0.1:8080/')
  expect(text).toContain('/data/admin-token')
  expect(text).toContain('/srv/linbo')
  expect(text).toContain('api 8080, tftp 10069 (degraded), dhcp off')
  expect(text).not.toContain('note')
})

it('names the address it listens on, when that is one', () => {
  expect(banner(services, config('127.0.0.1'), {})).toContain('http://127.0.0.1:8080/')
})

it('says that ports were moved', () => {
  const text = banner(services, config('0.0.0.0'), { LINBO_TFTP_PORT: 10_069 })
  expect(text).toContain('no right to bind ports below 1024, so LINBO_TFTP_PORT is 10069')
})

it('promises no dashboard where the API does not run', () => {
  expect(banner([], config('0.0.0.0'), {})).not.toContain('dashboard')
})
