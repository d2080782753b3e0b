import { httpPort, load, locate, suite } from '@linbo/config'
import type { Io } from './io.ts'

/** The settings of the suite on this machine that every service shares, and its HTTP port. */
export function localSettings(io: Io) {
  const { dataDir, file } = locate({
    environment: io.env,
    ...(io.checkout ? { checkout: io.checkout } : {}),
  })
  return load({ ...suite(dataDir), LINBO_HTTP_PORT: httpPort }, io.env, file).values
}
