import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Follows the file a machine's serial port writes to. */
export interface Serial extends AsyncDisposable {
  text(): string
  /** Lets `waitFor` look only at what comes from now on. */
  forget(): void
  /** The first match of the pattern. @throws Error with the log's end on timeout. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>
}

export async function followSerial(path: string, name: string): Promise<Serial> {
  const file: FileHandle = await open(path, 'a+')
  const decoder = new TextDecoder()
  let text = ''
  let seen = 0
  const readMore = async () => {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(65536) })
    text += decoder.decode(buffer.subarray(0, bytesRead), { stream: true })
    return bytesRead
  }
  return {
    text: () => text,
    forget() {
      seen = text.length
    },
    async waitFor(pattern, timeoutMs) {
      const giveUpAt = Date.now() + timeoutMs
      while (true) {
        while ((await readMore()) > 0);
        const match = pattern.exec(text.slice(seen))
        if (match) return match
        if (Date.now() > giveUpAt) {
          throw new Error(
            `${name}: no ${pattern} on the serial port after ${timeoutMs / 1000} s; it ends with:\n${text.slice(-2000)}`,
          )
        }
        await sleep(200)
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}
