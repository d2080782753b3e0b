/** What is wrong with an archive's bytes, as a sentence about them. The only thing our readers of archives throw for it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}
