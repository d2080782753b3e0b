/** Four decimal numbers of 0 to 255, without leading zeros, or undefined. */
export function parseIpv4(text: string): [number, number, number, number] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part)))
    return undefined
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number)
  return Math.max(a, b, c, d) <= 255 ? [a, b, c, d] : undefined
}

/** Why a text cannot be a machine's IPv4 address, or undefined when it can. */
export function whyNotHostIp(text: string): string | undefined {
  const ip = parseIpv4(text)
  if (!ip) return `"${text}" is no IPv4 address`
  if (ip[0] < 1 || ip[0] > 254) return 'its first number must be 1 to 254'
  if (ip[3] > 254) return 'its last number must be at most 254'
  return undefined
}
