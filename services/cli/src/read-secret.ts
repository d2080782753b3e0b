import { StringDecoder } from 'node:string_decoder'
import { LinboError } from '@linbo/runtime'

/** What is needed of a terminal. */
export interface SecretInput {
  setRawMode(isRaw: boolean): unknown
  on(event: 'data', listener: (bytes: Buffer) => void): unknown
  off(event: 'data', listener: (bytes: Buffer) => void): unknown
  resume(): unknown
  pause(): unknown
}

/**
 * Reads a line from a terminal without showing it.
 * @param write prints to the terminal
 * @throws LinboError `INTERRUPTED` on Ctrl-C or Ctrl-D
 */
export function readSecret(
  input: SecretInput,
  write: (text: string) => void,
  prompt: string,
): Promise<string> {
  const decoder = new StringDecoder('utf8')
  let typed: string[] = []
  write(prompt)
  input.setRawMode(true)
  return new Promise((resolve, reject) => {
    const end = () => {
      input.off('data', listen)
      input.setRawMode(false)
      input.pause()
      write('\n')
    }
    const listen = (bytes: Buffer) => {
      for (const key of decoder.write(bytes)) {
        if (key === '\r' || key === '\n') {
          end()
          return resolve(typed.join(''))
        }
        if (key === '\x03' || key === '\x04') {
          end()
          return reject(new LinboError('INTERRUPTED', 'nothing was changed'))
        }
        if (key === '\x7f' || key === '\b') typed.pop()
        else if (key === '\x15') typed = []
        else if (key >= ' ') typed.push(key)
      }
    }
    input.on('data', listen)
    input.resume()
  })
}
