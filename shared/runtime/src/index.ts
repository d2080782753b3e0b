export { copyAtomic, writeAtomic, writeSecret } from './atomic.ts'
export { type Child, type ChildOptions, spawnChild } from './child.ts'
export { type Clock, systemClock } from './clock.ts'
export { LinboError, toLinboError } from './errors.ts'
export { keepNewest } from './keep-newest.ts'
export { pause } from './pause.ts'
export { type RunOptions, run } from './run.ts'
export type { Health, Service } from './service.ts'
export { listenTcp } from './tcp.ts'
export {
  startThread,
  type Thread,
  type ThreadStart,
  unwrapError,
  type WrappedError,
  wrapError,
} from './thread.ts'
export { openUdp, type UdpOptions, type UdpSocket } from './udp.ts'
export { type FolderWatch, watchFolder } from './watch-folder.ts'
