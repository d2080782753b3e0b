import { LinboError } from '@linbo/runtime'

/** 0 all good, 1 something failed, 2 usage, 3 server unreachable. */
export const ExitCode = { good: 0, failed: 1, usage: 2, unreachable: 3 } as const

export function exitCodeOf(error: unknown): number {
  const code = (error as Partial<LinboError>)?.code
  if (code === 'USAGE') return ExitCode.usage
  if (code === 'SERVER_UNREACHABLE') return ExitCode.unreachable
  return ExitCode.failed
}

/** The words on the command line are wrong. */
export function usageError(message: string, fix: string): LinboError {
  return new LinboError('USAGE', message, { fix })
}
