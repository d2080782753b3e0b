import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What /metrics tells: sums only, no names of hosts or files. */
export interface Metrics {
  request(method: string, status: number, seconds: number): void
  transfer(transfer: { via: string; direction: string; result: string; bytes: number }): void
  /** Prometheus text; `now` holds what is counted at the moment of asking. */
  print(now: {
    hosts: Record<string, number>
    operations: Record<string, number>
    transfersRunning: number
    eventClients: number
  }): Promise<string>
  readonly contentType: string
}

/** @param options.withProcess adds Node's own figures. */
export function createMetrics(options: { withProcess: boolean; version: string }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.withProcess) collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })

  gauge('linbo_info', 'The running version.', ['version']).set({ version: options.version }, 1)
  const hosts = gauge('linbo_hosts', 'Hosts by status.', ['status'])
  const operations = gauge('linbo_operations', 'Operations by state.', ['state'])
  const running = gauge('linbo_transfers_running', 'Transfers that run now.')
  const clients = gauge('linbo_event_clients', 'Listeners to the event stream.')
  const transfers = counter('linbo_transfers_total', 'Finished transfers.', [
    'via',
    'direction',
    'result',
  ])
  const bytes = counter('linbo_transfer_bytes_total', 'Bytes of finished transfers.', [
    'via',
    'direction',
  ])
  const requests = counter('linbo_http_requests_total', 'HTTP requests.', ['method', 'status'])
  const seconds = new Histogram({
    name: 'linbo_http_request_seconds',
    help: 'Time until the answer began.',
    buckets: [0.005, 0.025, 0.1, 0.5, 2],
    registers,
  })
  return {
    contentType: registry.contentType,
    request(method, status, took) {
      requests.inc({ method: knownMethods.has(method) ? method : 'OTHER', status: String(status) })
      seconds.observe(took)
    },
    transfer({ via, direction, result, bytes: count }) {
      transfers.inc({ via, direction, result })
      bytes.inc({ via, direction }, count)
    },
    print(now) {
      hosts.reset()
      for (const [status, count] of Object.entries(now.hosts)) hosts.set({ status }, count)
      operations.reset()
      for (const [state, count] of Object.entries(now.operations)) operations.set({ state }, count)
      running.set(now.transfersRunning)
      clients.set(now.eventClients)
      return registry.metrics()
    },
  }
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
