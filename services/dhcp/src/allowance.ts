/**
 * A limit on how often something may happen.
 * @param limit so many at once, and then so many a second.
 * @returns a function that tells whether it may happen now, and counts that.
 */
export function createAllowance(
  limit: { burst: number; perSecond: number },
  now: () => number,
): () => boolean {
  let left = limit.burst
  let at = now()
  return () => {
    const time = now()
    left = Math.min(limit.burst, left + ((time - at) / 1000) * limit.perSecond)
    at = time
    if (left < 1) return false
    left -= 1
    return true
  }
}
