import { constants } from 'node:os'
import type ssh2 from 'ssh2'
import { quote } from './quote.ts'

export interface ExecOptions {
  onOutput?(text: string): void
  /** Bytes for the command's standard input, which is closed after them. */
  input?: string | Uint8Array
  /** Stops listening to the command and closes its channel; `stopPrograms()` ends what runs on the client. */
  signal?: AbortSignal
  /** Gives up when the client has said nothing for this long, in milliseconds. */
  silenceMs?: number
  /** On silence the channel is left open, so that the command is not disturbed by losing its output. */
  leaveOpen?: boolean
}

export interface ExecResult {
  /** 128 + signal number when a signal ended it. Null without an exit status: normal for start, reboot and halt. */
  code: number | null
  ended: 'exit' | 'lost' | 'silent' | 'aborted'
}

/** Runs one command. Never rejects: a connection that is gone is the result `lost`. */
export function exec(
  client: ssh2.Client,
  words: string[],
  options: ExecOptions,
  onStdout?: (chunk: Buffer) => void,
): Promise<ExecResult> {
  return new Promise((resolve) => {
    let code: number | null = null
    let channel: ssh2.ClientChannel | undefined
    let settled: ExecResult['ended'] | undefined
    let silence: NodeJS.Timeout | undefined
    const stdout = new TextDecoder()
    const stderr = new TextDecoder()
    const show = (text: string) => {
      if (text !== '' && !settled) options.onOutput?.(text)
    }
    const settle = (ended: ExecResult['ended']) => {
      if (settled) return
      show(stdout.decode() + stderr.decode())
      settled = ended
      clearTimeout(silence)
      options.signal?.removeEventListener('abort', abort)
      client.off('close', lost)
      client.off('error', lost)
      resolve({ code, ended })
    }
    const heard = () => {
      if (options.silenceMs === undefined || settled) return
      clearTimeout(silence)
      silence = setTimeout(() => {
        if (!options.leaveOpen) channel?.close()
        settle('silent')
      }, options.silenceMs)
    }
    const lost = () => settle('lost')
    const abort = () => {
      channel?.close()
      settle('aborted')
    }
    client.once('close', lost)
    client.once('error', lost)
    if (options.signal?.aborted) return abort()
    options.signal?.addEventListener('abort', abort, { once: true })
    heard()
    const opened = (error: Error | undefined, stream: ssh2.ClientChannel) => {
      if (error) return settle('lost')
      stream.on('error', lost)
      if (settled && !(settled === 'silent' && options.leaveOpen)) return void stream.close()
      channel = stream
      stream.on('data', (chunk: Buffer) => {
        heard()
        if (settled) return
        if (onStdout) onStdout(chunk)
        else show(stdout.decode(chunk, { stream: true }))
      })
      stream.stderr.on('data', (chunk: Buffer) => {
        heard()
        if (!onStdout && !settled) show(stderr.decode(chunk, { stream: true }))
      })
      stream.on('exit', (status: number | null, signalName?: string) => {
        code = status ?? signalCode(signalName)
      })
      stream.on('close', () => settle(code === null ? 'lost' : 'exit'))
      if (options.input === undefined) stream.end()
      else stream.end(options.input)
    }
    try {
      client.exec(quote(words), opened)
    } catch {
      // ssh2 throws when the connection has ended before.
      lost()
    }
  })
}

function signalCode(name: string | undefined): number | null {
  if (name === undefined) return null
  const signals: Record<string, number> = constants.signals
  return 128 + (signals[`SIG${name.replace(/^SIG/, '')}`] ?? 0)
}
