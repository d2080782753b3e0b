import { load, locate, suite } from '@linbo/config'
import type { Io } from './io.ts'

/** The settings of the suite on this machine that every service shares. */
export function localSettings(io: Io) {
  const { dataDir, file } = locate({
    environment: io.env,
    ...(io.checkout ? { checkout: io.checkout } : {}),
  })
  return load(suite(dataDir), io.env, file).values
}
