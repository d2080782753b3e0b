/** One POSIX shell command line from words: each is single-quoted, so nothing in it is ever interpreted. */
export function quote(words: string[]): string {
  return words
    .map((word) =>
      /^[A-Za-z0-9_/.:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
    )
    .join(' ')
}
