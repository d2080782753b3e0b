export { describe, type SettingRow, settingsTable } from './describe.ts'
export { type LoadedSettings, load, type Schema, type Settings, setting } from './env.ts'
export { dhcpMode, httpPort, type LocateOptions, locate, suite } from './suite.ts'
