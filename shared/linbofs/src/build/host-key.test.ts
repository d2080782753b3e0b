import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, property, uint8Array } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeDropbearKey, encodeDropbearKey } from './dropbear-key.ts'
import { fingerprint, type HostKey, publicLine } from './host-key.ts'
import { decodePrivateKey, encodeOpensshKey, fromJwk } from './openssh-key.ts'
import { KeyError } from './ssh-wire.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linbo-keys-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const fromNode = (key: KeyObject): HostKey => fromJwk(key.export({ format: 'jwk' }))
const made: [string, HostKey][] = [
  ['rsa', fromNode(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
  ...['P-256', 'P-384', 'P-521'].map((namedCurve): [string, HostKey] => [
    `ecdsa ${namedCurve}`,
    fromNode(generateKeyPairSync('ec', { namedCurve }).privateKey),
  ]),
  ['ed25519', fromNode(generateKeyPairSync('ed25519').privateKey)],
]

const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

describe.each(made)('a host key: %s', (_name, key) => {
  it('is the same for dropbear', () => {
    const path = write('dropbear', encodeDropbearKey(key))
    const shown = execFileSync('dropbearkey', ['-y', '-f', path], { encoding: 'utf8' })
    expect(shown).toContain(publicLine(key).split(' ').slice(0, 2).join(' '))
  })

  it('is the same for OpenSSH, and comes back from its format', () => {
    const path = write('openssh', encodeOpensshKey(key))
    const shown = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' })
    expect(shown.split(' ')[1]).toBe(fingerprint(key))
    expect(decodePrivateKey(readFileSync(path, 'utf8'))).toEqual(key)
  })

  it('comes back from dropbear', () => {
    expect(decodeDropbearKey(encodeDropbearKey(key))).toEqual(key)
  })
})

describe('a private key file', () => {
  it.each([
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['rsa in PKCS8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa in PEM', ['-t', 'ecdsa', '-m', 'PEM']],
    ['ed25519', ['-t', 'ed25519']],
  ])('that ssh-keygen made is read: %s', (name, options) => {
    const path = join(folder, name.replaceAll(' ', '-'))
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'x', '-f', path, ...options])
    const key = decodePrivateKey(readFileSync(path, 'utf8'))
    const [type, blob] = readFileSync(`${path}.pub`, 'utf8').split(' ')
    expect(publicLine(key)).toBe(`${type} ${blob} linbo-client`)
  })

  it('with a passphrase is refused with that reason', () => {
    for (const options of [[], ['-m', 'PEM']]) {
      const path = join(folder, `locked${options.length}`)
      spawnSync('ssh-keygen', ['-q', '-t', 'rsa', '-N', 'secret', '-f', path, ...options])
      expect(() => decodePrivateKey(readFileSync(path, 'utf8'))).toThrow('the key has a passphrase')
    }
  })

  it('of any bytes is refused as no key', () => {
    const good = made.map(([, key]) => [encodeOpensshKey(key), encodeDropbearKey(key)] as const)
    assert(
      property(
        uint8Array({ maxLength: 300 }),
        uint8Array({ minLength: 1, maxLength: 8 }),
        (bytes, piece) => {
          const attempts: (() => unknown)[] = [
            () => decodeDropbearKey(bytes),
            () => decodePrivateKey(Buffer.from(bytes).toString('latin1')),
            () =>
              decodePrivateKey(
                `-----BEGIN RSA PRIVATE KEY-----\n${Buffer.from(bytes).toString('base64')}\n-----END RSA PRIVATE KEY-----\n`,
              ),
          ]
          for (const [text, binary] of good) {
            const damaged = Buffer.from(binary)
            damaged.set(piece.subarray(0, damaged.length), bytes.length % (damaged.length - 8))
            attempts.push(() => decodeDropbearKey(damaged))
            const inner = Buffer.from(text.replace(/-----.*-----/g, ''), 'base64')
            inner.set(piece, bytes.length % (inner.length - 8))
            attempts.push(() =>
              decodePrivateKey(
                `-----BEGIN OPENSSH PRIVATE KEY-----\n${inner.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`,
              ),
            )
          }
          for (const attempt of attempts) {
            try {
              attempt()
            } catch (error) {
              expect(error).toBeInstanceOf(KeyError)
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('of an unused kind is refused', () => {
    const dsa = generateKeyPairSync('ed448').privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(() => decodePrivateKey(String(dsa))).toThrow(KeyError)
  })
})
