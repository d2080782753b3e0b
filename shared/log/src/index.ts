import pino from 'pino'
import pretty from 'pino-pretty'

/** pino's logger; each service gets `log.child({ service: 'tftp' })`. */
export type Logger = Pick<
  pino.Logger,
  'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child' | 'level'
>

/** JSON lines when not a terminal, one readable line otherwise. Secrets in well-known fields never show. */
export function createLogger(options: { level: string; pretty: boolean }): Logger {
  const settings = {
    level: options.level,
    base: null,
    redact: ['token', 'password', 'secret', '*.token', '*.password', '*.secret'],
    serializers: { err: pino.stdSerializers.err },
  }
  if (!options.pretty) return pino(settings, pino.destination({ dest: 1, sync: true }))
  return pino(
    settings,
    pretty({
      sync: true,
      translateTime: 'HH:MM:ss',
      ignore: 'service',
      messageFormat: '{service}: {msg}',
    }),
  )
}

/** A logger that says nothing, for tests. */
export const silentLog: Logger = pino({ level: 'silent' })
