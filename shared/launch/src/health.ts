import { hostname } from 'node:os'
import type { Bus } from '@linbo/bus'
import type { SettingRow } from '@linbo/config'
import type { Health, Service } from '@linbo/runtime'

/** A service that has said nothing for this long counts as gone. */
export const healthTtlMs = 15_000

export type HealthReport = Health & { service: string; machine: string }

/**
 * Tells the others, through the bus's state, how our services are (`service:<name>@<machine>`) and which settings
 * are in force here (`settings:<names>@<machine>`): at once, every five seconds, and when `tell` is called; and as a
 * `service.health` event when a state changes. To begin before the services start keeps the suite from looking ready.
 */
export function reportHealth(
  services: Service[],
  bus: Bus,
  settings: SettingRow[],
): { tell(): void; stop(): Promise<void> } {
  const machine = hostname()
  const settingsKey = `settings:${services.map((service) => service.name).join('+')}@${machine}`
  const last = new Map<string, string>()
  const key = (service: Service) => `service:${service.name}@${machine}`
  const tell = async () => {
    await bus.state.set(settingsKey, settings, healthTtlMs)
    for (const service of services) {
      const health = service.health()
      const report: HealthReport = { ...health, service: service.name, machine }
      await bus.state.set(key(service), report, healthTtlMs)
      const before = last.get(service.name) ?? 'stopped'
      last.set(service.name, health.state)
      if (before === health.state) continue
      const detail = health.detail ?? null
      bus.publish('service.health', { service: service.name, state: health.state, detail })
    }
  }
  const attempt = () => void tell().catch(() => {})
  attempt()
  const timer = setInterval(attempt, 5000)
  return {
    tell: attempt,
    async stop() {
      clearInterval(timer)
      await bus.state.delete(settingsKey).catch(() => {})
      for (const service of services) await bus.state.delete(key(service)).catch(() => {})
    },
  }
}
