import { hostname } from 'node:os'
import type { Bus } from '@linbo/bus'
import type { Health, Service } from '@linbo/runtime'

/** A service that has said nothing for this long counts as gone. */
export const healthTtlMs = 15_000

export type HealthReport = Health & { service: string; machine: string }

/**
 * Tells the others, through the bus's state (`service:<name>@<machine>`), how our services are: at once, every
 * five seconds, and as a `service.health` event when the state changes. Returns how to stop.
 */
export function reportHealth(services: Service[], bus: Bus): () => Promise<void> {
  const machine = hostname()
  const last = new Map<string, string>()
  const key = (service: Service) => `service:${service.name}@${machine}`
  const tell = async () => {
    for (const service of services) {
      const health = service.health()
      const report: HealthReport = { ...health, service: service.name, machine }
      await bus.state.set(key(service), report, healthTtlMs)
      if (last.get(service.name) === health.state) continue
      last.set(service.name, health.state)
      const detail = health.detail ?? null
      bus.publish('service.health', { service: service.name, state: health.state, detail })
    }
  }
  const attempt = () => void tell().catch(() => {})
  attempt()
  const timer = setInterval(attempt, 5000)
  return async () => {
    clearInterval(timer)
    for (const service of services) await bus.state.delete(key(service)).catch(() => {})
  }
}
