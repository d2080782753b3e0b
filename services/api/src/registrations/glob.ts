/** Whether all of a text fits a pattern in which `*` is any letters and `?` is one; upper and lower case are the same. */
export function fitsGlob(pattern: string, text: string): boolean {
  const [want, have] = [pattern.toLowerCase(), text.toLowerCase()]
  let [at, letter] = [0, 0]
  // Where the last star was, and up to which letter it has been stretched.
  let [star, stretched] = [-1, 0]
  while (letter < have.length) {
    if (want[at] === '*') {
      star = at++
      stretched = letter
    } else if (at < want.length && (want[at] === '?' || want[at] === have[letter])) {
      at++
      letter++
    } else if (star >= 0) {
      at = star + 1
      letter = ++stretched
    } else return false
  }
  while (want[at] === '*') at++
  return at === want.length
}
