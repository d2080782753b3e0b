import { type Command, wrapperArgument } from '@linbo/formats'

export interface Onboot {
  commands: readonly Command[]
  /** Skip what the start.conf would start by itself at that boot. */
  noauto: boolean
  disableGui: boolean
}

/**
 * The line LINBO fetches once at its next boot: `[linbo:<password>,]cmd1,cmd2[,noauto][,disablegui]`.
 * The client splits it at every comma, runs each part through its shell, and looks for `noauto` and `disablegui`
 * anywhere in it; what would be misread is refused.
 * @param password the rsync password, when a command uploads
 */
export function onbootText(
  onboot: Onboot,
  password: string | null,
): { text: string } | { refused: string } {
  for (const { name, comment } of onboot.commands) {
    if (name === 'prestart') {
      return { refused: 'prestart does not work at boot: LINBO 7.4 cannot run it. Use it now.' }
    }
    if (comment?.includes(',')) {
      return {
        refused: `the comment "${comment}" must not have a comma: LINBO splits there at boot`,
      }
    }
    if (comment && /noauto|disablegui/.test(comment)) {
      return {
        refused: `the comment "${comment}" has a word that LINBO takes for a switch at boot`,
      }
    }
  }
  if (password !== null && !/^[\w.:@%+=/!#-]+$/.test(password)) {
    return { refused: 'the rsync password has characters that LINBO cannot take at boot' }
  }
  const words = onboot.commands.map((command) =>
    command.comment === undefined
      ? wrapperArgument(command)
      : `${wrapperArgument({ ...command, comment: `\\"${command.comment}\\"` })}`,
  )
  const parts = password === null ? words : [`linbo:${password}`, ...words]
  const flags = `${onboot.noauto ? ',noauto' : ''}${onboot.disableGui ? ',disablegui' : ''}`
  return { text: `${parts.join(',')}${flags}\n` }
}
