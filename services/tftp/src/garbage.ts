import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/**
 * Gives memory back. V8 does so only when it needs some, which a thread that has gone quiet never does; what arrays held
 * goes with the collection after the one that finds them unused.
 */
export function collectGarbage(): void {
  collect()
  setImmediate(collect)
}
