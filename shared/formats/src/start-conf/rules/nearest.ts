/** The known word that a written one was probably meant to be: at most two letters differ, and fewer in short words. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const word = written.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (word.length > 40) return undefined
  let best: string | undefined
  let least = word.length < 5 ? 2 : 3
  for (const candidate of known) {
    const steps = distance(word, candidate.toLowerCase())
    if (steps < least) {
      least = steps
      best = candidate
    }
  }
  return best
}

/** How many letters must be changed, added or removed to make one word of the other. */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const here = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const replaced = (before[column - 1] ?? 0) + (isSame ? 0 : 1)
      here.push(Math.min(replaced, (before[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1))
    }
    before = here
  }
  return before[b.length] ?? 0
}
