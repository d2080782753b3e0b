import { processIo } from './io.ts'
import { runRemote } from './remote/run-remote.ts'

process.exitCode = await runRemote(process.argv.slice(2), processIo())
