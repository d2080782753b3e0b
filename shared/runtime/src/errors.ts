/** An operational problem: something a person can fix. Compare `code`, not the class. */
export class LinboError extends Error {
  readonly code: string
  /** What to do about it, as an instruction. */
  readonly fix: string | undefined

  constructor(code: string, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LinboError'
    this.code = code
    this.fix = options.fix
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOENT: 'no such file or directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'host unreachable',
  ETIMEDOUT: 'timed out',
}

/** Turns whatever was thrown into a `LinboError`; an errno becomes words, once, in the shell that met it. */
export function toLinboError(
  error: unknown,
  code: string,
  doing: string,
  fix?: string,
): LinboError {
  if (error instanceof LinboError) return error
  const errno = (error as NodeJS.ErrnoException | undefined)?.code
  const why = (errno && reasons[errno]) || (error instanceof Error ? error.message : String(error))
  return new LinboError(code, `${doing}: ${why}`, { cause: error, ...(fix ? { fix } : {}) })
}
