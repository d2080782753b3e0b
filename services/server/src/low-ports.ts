import type { LoadedSettings, Schema } from '@linbo/config'
import { openUdp } from '@linbo/runtime'

/** Settings of ports below 1024 that can move; DHCP's cannot, because firmware knows only port 67. */
const movable = ['LINBO_TFTP_PORT', 'LINBO_RSYNC_PORT'] as const

/**
 * Without the right to bind low ports, moves those left at their default to 10000 + port.
 * @returns the moved settings with their new port, for telling people.
 */
export async function moveLowPorts<S extends Schema>(
  loaded: LoadedSettings<S>,
  isAllowed: () => Promise<boolean> = mayBindLowPorts,
): Promise<Record<string, number>> {
  const values = loaded.values as Record<string, unknown>
  const origins = loaded.origins as Record<string, string>
  const low = movable.filter((name) => origins[name] === 'default' && Number(values[name]) < 1024)
  if (low.length === 0 || (await isAllowed())) return {}
  const moved: Record<string, number> = {}
  for (const name of low) {
    moved[name] = Number(values[name]) + 10_000
    values[name] = moved[name]
  }
  return moved
}

/** Tries one low port; a taken one is as good as a free one here. */
async function mayBindLowPorts(): Promise<boolean> {
  try {
    const socket = await openUdp({
      port: 69,
      address: '127.0.0.1',
      purpose: 'trial',
      onMessage: () => {},
    })
    await socket.close()
    return true
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
    return cause?.code !== 'EACCES'
  }
}
