import { cpio } from '@linbo/boot/cpio'
import type { BaseFacts } from './base-facts.ts'
import type { PasswordHash } from './linbo-password.ts'
import { type OverlayPart, part } from './overlay.ts'

/** What clients check a password against. */
export function passwordPart({ hash, salt }: PasswordHash): OverlayPart {
  return part('password hash', [
    cpio.file('etc/linbo_pwhash', hash, 0o600),
    cpio.file('etc/linbo_salt', salt, 0o600),
  ])
}

/** One of the files with host keys, by its name in upstream's layout. */
export interface HostKeyFile {
  /** `dropbear_*_host_key`, or `ssh_host_*_key` with or without `.pub`. */
  name: string
  content: Uint8Array | string
}

/** The SSH host keys that all clients share. */
export function hostKeysPart(files: HostKeyFile[]): OverlayPart {
  const entries = files.map(({ name, content }) => {
    const folder = name.startsWith('dropbear_') ? 'etc/dropbear' : 'etc/ssh'
    return cpio.file(`${folder}/${name}`, content, name.endsWith('.pub') ? 0o644 : 0o600)
  })
  return part('SSH host keys', entries)
}

/**
 * Who may log in to clients as root.
 * @param own the suite's own public key, a line
 * @param more the administrator's `authorized_keys`
 */
export function authorizedKeysPart(own: string, more: string): OverlayPart {
  const lines = [own, ...more.split(/\r?\n/)].map((line) => line.trim()).filter(Boolean)
  const isKey = (line: string) =>
    line.startsWith('#') || / [A-Za-z0-9+/]{20,}={0,2}( |$)/.test(line)
  const bad = lines.filter((line) => !isKey(line))
  const kept = [...new Set(lines.filter((line) => isKey(line) && !line.startsWith('#')))]
  const warnings = bad.map(
    (line) => `authorized_keys: "${line.slice(0, 40)}" is no public key; it was left out`,
  )
  const entries = [
    // The kernel makes / writable for everybody; dropbear would let nobody in then.
    cpio.folder('.'),
    cpio.folder('.ssh', 0o700),
    cpio.file('.ssh/authorized_keys', `${kept.join('\n')}\n`, 0o600),
  ]
  return part('authorized keys', entries, warnings)
}

/** What clients give aria2c when nothing else is configured. */
export const torrentDefaults = `ARIA2C_GLOBAL_OPTS="--enable-color=false --enable-dht=false --disable-ipv6=true"
ARIA2C_DWNLD_OPTS="-c --console-log-level=notice --show-console-readout=true --summary-interval=3 --seed-time=0"
ARIA2C_SEED_OPTS="-V --seed-ratio=0.0"
`

/** Clients run these lines as a shell script. */
export function torrentPart(text: string): OverlayPart {
  const unix = text.replaceAll('\r\n', '\n')
  const odd = unix
    .split('\n')
    .filter((line) => !/^\s*(#.*|[A-Z0-9_]+=("[^"`$]*"|[^\s"`$;&|]*))?\s*$/.test(line))
  const warnings = odd.map(
    (line) => `linbo-torrent: "${line.slice(0, 40)}" is no setting; clients will run it as it is`,
  )
  return part('torrent options', [cpio.file('etc/default/linbo-torrent', unix)], warnings)
}

/** The start.conf of machines without a group. */
export function startConfPart(text: string): OverlayPart {
  return part('start.conf', [cpio.file('start.conf', text)])
}

/** Names by which firmware calls its network boot entries. */
export function efipxePart(text: string): OverlayPart {
  // Where the client's own scripts lie; newer ones may look under the server's path.
  const folders = ['usr/share/linbo', 'usr/share/linuxmuster/linbo']
  return part(
    'efipxe',
    folders.map((folder) => cpio.file(`${folder}/efipxe`, text)),
  )
}

/** Wi-Fi passwords are in it. */
export function wifiPart(text: string): OverlayPart {
  return part('Wi-Fi', [cpio.file('etc/wpa_supplicant.conf', text.replaceAll('\r\n', '\n'), 0o600)])
}

/** Adds lines to the template's inittab; comments and empty lines stay out. */
export function inittabPart(facts: Pick<BaseFacts, 'inittab'>, more: string): OverlayPart {
  const lines = more.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line))
  const bad = lines.filter((line) => !/^[^:]*:[^:]*:[a-z]+:./.test(line))
  const warnings = bad.map(
    (line) => `inittab: "${line.slice(0, 40)}" is not of the form id:runlevels:action:process`,
  )
  if (facts.inittab === undefined) {
    const reason = "inittab: LINBO's own could not be read; the lines were left out"
    return part('inittab', [], [reason, ...warnings])
  }
  const own = facts.inittab.replace(/\n?$/, '\n')
  return part('inittab', [cpio.file('etc/inittab', `${own}${lines.join('\n')}\n`)], warnings)
}
