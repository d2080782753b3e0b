import { argon2, createHash, randomInt, timingSafeEqual } from 'node:crypto'

/** What a client compares a password with: `etc/linbo_pwhash` and `etc/linbo_salt` of its initramfs. */
export interface PasswordHash {
  /** 64 hexadecimal digits. */
  hash: string
  /** 32 printable characters, used as they are. */
  salt: string
}

export const passwordLength = { least: 8, most: 64 } as const

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Characters the client's scripts or the files a password stands in cannot carry, and why. */
const unusable: [RegExp, string][] = [
  [
    /[^\x20-\x7e]/,
    "may only have ASCII characters: the client's keyboard and scripts know no others",
  ],
  [/ /, 'may have no blanks: the client takes only the last word'],
  [/,/, 'may have no comma: onboot commands are split there'],
  [/:/, 'may have no colon: in rsyncd.secrets the password ends there'],
  [/["'`$\\]/, 'may have no quotes, `$` or backslash: the client hands it to a shell'],
  [/[*?[\]]/, 'may have none of * ? [ ]: the client hands it to a shell'],
  [/^-/, 'may not begin with -: the client would take it for an option'],
]

/** Why this cannot be the LINBO password, as the end of a sentence; undefined when it can. */
export function whyNotPassword(password: string): string | undefined {
  for (const [pattern, reason] of unusable) if (pattern.test(password)) return reason
  if (password.length < passwordLength.least) {
    return `needs ${passwordLength.least} characters or more: everybody on the network can fetch its hash and try`
  }
  if (password.length > passwordLength.most) {
    return `may have ${passwordLength.most} characters at most`
  }
  return undefined
}

/** A salt as clients need it. */
export function makeSalt(): string {
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('')
}

/**
 * Argon2i as the client's `argon2 SALT -t 1000` counts it: version 0x13, 4096 KiB, one lane, 32 bytes, over the password
 * and a line end. Takes a second or two of another thread.
 */
export function hashPassword(password: string, salt: string): Promise<PasswordHash> {
  const parameters = {
    message: Buffer.from(`${password}\n`),
    nonce: Buffer.from(salt),
    ...{ parallelism: 1, tagLength: 32, memory: 4096, passes: 1000 },
  }
  return new Promise((resolve, reject) => {
    argon2('argon2i', parameters, (error, digest) => {
      if (error) reject(error)
      else resolve({ hash: digest.toString('hex'), salt })
    })
  })
}

/** A digest that tells cheaply whether a hash still belongs to a password. As secret as the password. */
export function passwordTag(password: string, salt: string): string {
  return createHash('sha256').update(`${salt}\n${password}`).digest('hex')
}

/** Compares without telling by its duration where they differ. */
export function isSameTag(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
