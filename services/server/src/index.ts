export { effectiveSettings, type ServeOptions, serve } from './serve.ts'
export { serviceNames, suiteSchema } from './settings.ts'
