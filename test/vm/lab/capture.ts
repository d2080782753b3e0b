import type { LabNetwork } from './network.ts'

/** Listens on the machines' bridge. */
export interface Capture extends AsyncDisposable {
  /** Ends it: one line for each packet that came by. */
  lines(): Promise<string[]>
}

/** Starts to listen for packets that fit tcpdump's `filter`; resolves when none can be missed any more. */
export async function capture(network: LabNetwork, filter: string): Promise<Capture> {
  const packets: string[] = []
  const listening = Promise.withResolvers<void>()
  const child = network.start({
    command: 'tcpdump',
    args: ['-l', '-n', '-i', network.bridge, filter],
    debianPackage: 'tcpdump',
    onLine(line) {
      if (line.startsWith('listening on')) listening.resolve()
      else if (/^\d\d:\d\d:\d\d\./.test(line)) packets.push(line)
    },
  })
  await Promise.race([
    listening.promise,
    child.exited.then((code) => {
      throw new Error(`tcpdump ended with ${code}`)
    }),
  ])
  return {
    async lines() {
      await child.stop()
      return packets
    },
    [Symbol.asyncDispose]: async () => void (await child.stop()),
  }
}
