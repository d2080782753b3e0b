export type { Arrival } from './inbox.ts'
export { type Ipv4Number, ipv4Number, ipv4Text } from './message.ts'
export { type Destination, type Placed, place } from './outbox.ts'
export {
  DatagramSocket,
  type DatagramSocketOptions,
  hasArrivals,
  waitFor,
} from './socket.ts'
