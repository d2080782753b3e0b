import { perform } from './check.ts'
import { checks, floods } from './checks/index.ts'
import { request } from './packet.ts'
import { Peer } from './peer.ts'
import { growTree } from './tree.ts'

/**
 * Checks any TFTP server: `main.ts FOLDER ADDRESS PORT [GROUP...]`. FOLDER must be empty; once `ready` is printed, start
 * a server that serves FOLDER/linbo. Prints every check, and how many passed; exits with 1 when one failed.
 */
const [folder = '', address = '127.0.0.1', port = '69', ...only] = process.argv.slice(2)
const world = { server: { address, port: Number(port) }, tree: await growTree(folder) }
process.stdout.write('ready\n')
const peer = await Peer.open({ ...world.server, own: '127.0.0.1' })
do await peer.send(request('kernel'), world.server.port)
while (!(await peer.poll(500)))
await peer.close()

let [count, passed] = [0, 0]
for (const [about, group] of Object.entries({ ...checks, floods })) {
  if (only.length > 0 && !only.includes(about)) continue
  for (const check of group) {
    count++
    const begun = performance.now()
    const failure = await perform(check, world).catch((error: Error) => error)
    const ms = (performance.now() - begun).toFixed(0)
    if (!failure) passed++
    const verdict = failure ? `FAILED ${failure.message.split('\n')[0]}` : 'ok'
    process.stdout.write(`${about}: ${check.name} (${ms} ms): ${verdict}\n`)
  }
}
process.stdout.write(`${passed} of ${count}\n`)
process.exitCode = passed === count ? 0 : 1
