import { perform } from './check.ts'
import { checks, floods } from './checks/index.ts'
import { growTree } from './tree.ts'

/**
 * Checks any TFTP server: `main.ts FOLDER ADDRESS PORT`. FOLDER must exist and be empty, the server must serve
 * FOLDER/linbo, and it may be started once `ready` is printed. Exits with the number of failures.
 */
const [folder = '', address = '127.0.0.1', port = '69', ...only] = process.argv.slice(2)
const world = { server: { address, port: Number(port) }, tree: await growTree(folder) }
process.stdout.write('ready\n')
await new Promise((resolve) => setTimeout(resolve, 1000))
let [count, failures] = [0, 0]
const groups = { ...checks, floods }
for (const [about, group] of Object.entries(groups)) {
  if (only.length > 0 && !only.includes(about)) continue
  for (const check of group) {
    count++
    const begun = performance.now()
    const failure = await perform(check, world).catch((error: Error) => error)
    const ms = (performance.now() - begun).toFixed(0)
    if (failure) failures++
    const verdict = failure ? `FAILED ${failure.message}` : 'ok'
    process.stdout.write(`${about}: ${check.name} (${ms} ms): ${verdict}\n`)
  }
}
process.stdout.write(`${count - failures} of ${count}\n`)
process.exitCode = Math.min(failures, 250)
