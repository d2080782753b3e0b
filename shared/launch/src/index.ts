export { type HealthReport, healthTtlMs, reportHealth } from './health.ts'
export { launch } from './launch.ts'
export { openParts, type Parts, printProblem } from './parts.ts'
