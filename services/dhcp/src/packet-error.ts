/** Bytes that are no DHCP message. The shell drops and counts them. */
export class PacketError extends Error {
  override readonly name = 'PacketError'
}
