const hidden = '***'

/**
 * Takes passwords out of what LINBO's scripts print. Their banners repeat every argument: `linbo:<password>` of
 * linbo_wrapper and of onboot files, the first word of linbo_register and linbo_auth (reference 12.3).
 * @param known passwords to take out wherever they stand
 */
export function hideSecrets(text: string, known: string[] = []): string {
  let shown = text
  // The longest first: one may be part of another.
  for (const secret of known.filter((one) => one.length >= 4).sort((a, b) => b.length - a.length))
    shown = shown.replaceAll(secret, hidden)
  return (
    shown
      .replace(/((?:^|[\s,'"=])linbo:)(?!\/\/)[^\s,'"#]+/gm, `$1${hidden}`)
      .replace(/(\blinbo_(?:register|auth)[ \t]+)(?!###)\S+/g, `$1${hidden}`)
      .replace(/(\blinbo_upload[ \t]+)(?!###)\S+(?=[ \t]+(?!###)\S)/g, `$1${hidden}`)
      .replace(/(\bauthenticate[ \t]+\S+[ \t]+linbo[ \t]+)\S+/g, `$1${hidden}`)
      .replace(/(\bregister[ \t]+\S+[ \t]+linbo[ \t]+)\S+/g, `$1${hidden}`)
      .replace(/(\bupload[ \t]+\S+[ \t]+linbo[ \t]+)\S+/g, `$1${hidden}`)
      .replace(/(\bRSYNC_PASSWORD=)\S+/g, `$1${hidden}`)
      // The wrapper calls the two parts of a password with a colon a number and a comment.
      .replace(/^(Command {2,}: linbo\r?\n(?:OS number {2,}: ).*)$/gm, (lines) =>
        lines.replace(/(OS number {2,}: ).*/, `$1${hidden}`),
      )
      .replace(/^(Command {2,}: linbo\r?\n(?:OS number.*\r?\n)?Comment {2,}: ).*$/gm, `$1${hidden}`)
  )
}
