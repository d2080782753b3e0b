import { removeKey, StartConfError, setKey } from '@linbo/formats'
import { LinboError } from '@linbo/runtime'
import { usageError } from './exit-code.ts'

/** One `--set Section.Key=value`, or an `--unset Section.Key`. */
export interface KeyChange {
  section: 'linbo' | 'partition' | 'os'
  /** From 0. */
  index: number
  key: string
  /** Undefined takes the key away. */
  value: string | undefined
}

/**
 * Reads `linbo.KernelOptions=quiet` or `os.2.Autostart=yes`; sections have no case, numbers count from 1.
 * @throws LinboError `USAGE`
 */
export function parseKeyChange(word: string, isSet: boolean): KeyChange {
  const form = /^(?:(linbo)|(partition|os)\.(\d{1,4}))\.([A-Za-z]\w*)(?:=(.*))?$/i.exec(word)
  const [, linbo, numbered, number = '1', key = '', value] = form ?? []
  const section = (linbo ?? numbered ?? '').toLowerCase() as KeyChange['section']
  const isWhole = form && Number(number) > 0 && isSet === (value !== undefined)
  if (isWhole) return { section, index: Number(number) - 1, key, value }
  const option = isSet ? '--set' : '--unset'
  const example = isSet ? 'linbo.KernelOptions=quiet or os.2.Autostart=yes' : 'os.2.Autostart'
  throw usageError(`${option} ${word}`, `Write it as ${example}.`)
}

/** Makes the changes in order. @throws LinboError `START_CONF_KEY` naming the one that cannot be made. */
export function changeKeys(text: string, changes: KeyChange[]): string {
  let changed = text
  for (const { section, index, key, value } of changes) {
    try {
      changed =
        value === undefined
          ? removeKey(changed, section, index, key)
          : setKey(changed, section, index, key, value)
    } catch (error) {
      if (!(error instanceof StartConfError)) throw error
      throw new LinboError('START_CONF_KEY', error.message, {
        fix: '`linbo group show` prints what there is.',
      })
    }
  }
  return changed
}

/** Every value of an option that may be given several times, in order. */
export function everyValue(words: string[], option: string): string[] {
  return words.flatMap((word, at) => {
    if (word === option) return [words[at + 1] ?? '']
    return word.startsWith(`${option}=`) ? [word.slice(option.length + 1)] : []
  })
}
