import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildClient } from '../client/build-client.ts'
import { buildOsImage } from '../os-image/os-image.ts'
import { type Api, createApi } from './api.ts'
import { type EventRecord, recordEvents } from './events.ts'
import { type Machine, type MachineOptions, powerOn } from './machine.ts'
import { createNetwork, type LabNetwork } from './network.ts'
import { labFolder, removeOrphans } from './orphans.ts'
import { type Suite, startSuite } from './suite.ts'

export const imageName = 'tiny'
const ballastMiB = 64

/** A network with the suite in it, and sockets to plug machines into. */
export interface Lab extends AsyncDisposable {
  network: LabNetwork
  suite: Suite
  api: Api
  events: EventRecord
  powerOn(options: Omit<MachineOptions, 'folder' | 'diskMiB' | 'memoryMiB'>): Promise<Machine>
}

/**
 * Builds what is not in the cache, makes the network and starts the suite. Everything goes when it is disposed of.
 * @param output folder for the suite's log, which stays
 * @param settings of the suite, beside or instead of the lab's own
 */
export async function createLab(
  output: string,
  settings: (network: LabNetwork) => Record<string, string> = () => ({}),
): Promise<Lab> {
  await removeOrphans()
  const client = await buildClient()
  const image = await buildOsImage(imageName, ballastMiB)
  await using stack = new AsyncDisposableStack()
  const folder = labFolder(process.pid)
  await mkdir(folder)
  stack.defer(() => rm(folder, { recursive: true }))
  const network = stack.use(await createNetwork())
  const mode = process.env.LINBO_VM_MODE === 'separate' ? 'separate processes' : 'one process'
  const started = await startSuite(network, {
    mode,
    folder,
    client,
    image,
    log: join(output, 'vm-suite.log'),
    settings: settings(network),
  })
  const suite = stack.use(started)
  const events = stack.use(await recordEvents(suite.url, suite.token))
  const owned = stack.move()
  return {
    network,
    suite,
    events,
    api: createApi(suite.url, suite.token),
    async powerOn(options) {
      return owned.use(
        await powerOn(network, { ...options, folder, diskMiB: 1200, memoryMiB: 1024 }),
      )
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
