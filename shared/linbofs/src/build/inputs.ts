import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { serverOverlay } from '@linbo/boot'
import { toLinboError } from '@linbo/runtime'
import type { BaseFacts } from './base-facts.ts'
import { extraFilesPart } from './extra-files.ts'
import { firmwarePart } from './firmware-files.ts'
import { loadHostKeys } from './host-key-files.ts'
import type { PasswordHash } from './linbo-password.ts'
import { type LocaleSettings, localeParts } from './locale.ts'
import { type OverlayPart, part } from './overlay.ts'
import {
  authorizedKeysPart,
  efipxePart,
  hostKeysPart,
  inittabPart,
  passwordPart,
  startConfPart,
  torrentPart,
  wifiPart,
} from './overlay-parts.ts'
import { readTorrentOptions } from './torrent-options.ts'

export interface InputOptions {
  /** LINBO_CONFIG_DIR. */
  configDir: string
  /** LINBO_DATA_DIR. */
  dataDir: string
  /** LINBO_DIR. */
  linboDir: string
  /** Where what takes long to make is kept. */
  cacheDir: string
  /** Of the base the parts are laid over. */
  facts: BaseFacts
  /** Folder of the package the base is from. */
  packageFolder?: string
  password: PasswordHash
  /** The suite's own public key. */
  publicKey: string
  locale: LocaleSettings
  /** Address that `linbofs64` itself names as the LINBO server; undefined when DHCP tells it. */
  server?: string
}

export interface BuildInputs {
  parts: OverlayPart[]
  /** Fingerprints of the host keys clients will show. */
  hostKeys: string[]
}

/** Where firmware is looked for, apart from `/lib/firmware`. The last one is for what the administrator adds. */
export function firmwareFolders(configDir: string): string[] {
  const own = join(dirname(configDir), 'firmware')
  return ['/lib/firmware', '/var/cache/linuxmuster/linbo/firmware', own]
}

/**
 * Reads everything that goes over LINBO's own initramfs, in the order in which later ones win.
 * @throws LinboError `LINBOFS_INPUT` naming a file that cannot be read, `LINBOFS_HOST_KEY`, `SECRET_FILE`
 */
export async function readBuildInputs(options: InputOptions): Promise<BuildInputs> {
  const { configDir, dataDir, linboDir, cacheDir, facts, server } = options
  const config = (name: string) => readInput(join(configDir, name))
  const keys = await loadHostKeys(configDir, dataDir)
  const wifi = await config('wpa_supplicant.conf')
  const inittab = await config('inittab')
  const efipxe = options.packageFolder && (await readInput(join(options.packageFolder, 'efipxe')))
  const startConf = (await readInput(join(linboDir, 'start.conf'))) || '# no start.conf\n'
  const parts = [
    passwordPart(options.password),
    hostKeysPart(keys.files),
    authorizedKeysPart(options.publicKey, await config('authorized_keys')),
    torrentPart(await readTorrentOptions(configDir, linboDir)),
    startConfPart(startConf),
    ...(efipxe ? [efipxePart(efipxe)] : []),
    ...(await localeParts(options.locale, configDir, cacheDir)),
    await firmwarePart(await config('firmware'), firmwareFolders(configDir)),
    ...(wifi.trim() ? [wifiPart(wifi)] : []),
    ...(inittab.trim() ? [inittabPart(facts, inittab)] : []),
    ...(server ? [part(`LINBO server ${server}`, serverOverlay(server))] : []),
    await extraFilesPart(join(configDir, 'files'), facts),
  ]
  return { parts, hostKeys: keys.fingerprints }
}

/** Empty when the file is missing. */
async function readInput(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
    const fix = 'Let the user the suite runs as read it.'
    throw toLinboError(error, 'LINBOFS_INPUT', `cannot read ${path}`, fix)
  })
}
