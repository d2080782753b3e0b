export type { Bus, State, SubscribeOptions, Subscription } from './bus.ts'
export type {
  BootCause,
  BootStep,
  BootVerdict,
  BusEvent,
  Events,
  EventType,
  HostPhase,
  HostStatus,
  Machine,
  OperationState,
  TransferResult,
} from './events.ts'
export { createMemoryBus } from './memory.ts'
export { openBus } from './open.ts'
