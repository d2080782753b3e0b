import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { locate } from '@linbo/config'
import { LinboError } from '@linbo/runtime'
import { usageError } from './exit-code.ts'
import type { Io } from './io.ts'

/** Where the server is and what to sign in with. */
export interface ServerAccess {
  url: string
  token: string | undefined
}

/**
 * LINBO_URL and LINBO_TOKEN, or on the server itself its port and its admin-token file. The file's token goes to this
 * machine only.
 * @throws LinboError `USAGE` when LINBO_URL is no address.
 */
export function findServer(io: Io): ServerAccess {
  const { dataDir, file } = locate({
    environment: io.env,
    ...(io.checkout ? { checkout: io.checkout } : {}),
  })
  const port = io.env.LINBO_HTTP_PORT || file?.LINBO_HTTP_PORT || '8080'
  const url = (io.env.LINBO_URL || `http://127.0.0.1:${port}`).replace(/\/+$/, '')
  const token = io.env.LINBO_TOKEN || (isOwnMachine(url) ? tokenFile(dataDir) : undefined)
  return { url, token }
}

function isOwnMachine(url: string): boolean {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw usageError(`LINBO_URL: "${url}" is no address`, 'For example: http://linbo.school:8080')
  }
  return /^(?:localhost|127\..*|\[::1\])$/.test(new URL(url).hostname)
}

function tokenFile(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  } catch {
    return undefined
  }
}

export function unreachable(url: string, cause: unknown): LinboError {
  return new LinboError('SERVER_UNREACHABLE', `no LINBO server answers at ${url}`, {
    fix: 'Start it with `npm start` (or `linbo serve`), or set LINBO_URL.',
    cause,
  })
}

/** What the server says is wrong, with whatever else its answer tells. */
export class ServerProblem extends LinboError {
  readonly body: Record<string, unknown>

  constructor(code: string, message: string, fix: string | undefined, body: object) {
    super(code, message, fix ? { fix } : {})
    this.body = { ...body }
  }
}

/** The server's problem document (RFC 9457) as an error. */
export async function problemOf(response: Response, hadToken: boolean): Promise<LinboError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, string | undefined>
  if (response.status === 401) {
    const message = hadToken ? 'the server does not accept our token' : 'no token to sign in with'
    const fix =
      'Set LINBO_TOKEN, or run on the server as a user who may read admin-token in the data directory.'
    return new LinboError('SIGN_IN', message, { fix })
  }
  const message = body.detail ?? body.title ?? `the server answered ${response.status}`
  return new ServerProblem(body.code ?? 'SERVER_ERROR', message, body.fix, body)
}
