import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from './client/build-package.ts'
import { createLab, imageName, type Lab } from './lab/lab.ts'
import type { Firmware } from './lab/machine.ts'
import { shellOn } from './lab/shell.ts'
import { startConf } from './lab/start-conf.ts'

const output = resolve(import.meta.dirname, '../.output')
const older = '7.4.10-0'
const newer = '7.4.11-0'

let packages: string[]
let lab: Lab

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  packages = await buildPackages([older, newer])
  lab = await createLab(output, () => ({
    LINBO_CLIENT_LOCALE: 'de_DE.UTF-8',
    LINBO_CLIENT_TIMEZONE: 'Europe/Berlin',
  }))
  await lab.api.putText('/groups/lab/start-conf', startConf('lab', imageName))
  const files = join(lab.suite.dataDir, 'linbofs', 'files')
  await mkdir(join(files, 'lib/school'), { recursive: true })
  await writeFile(join(files, 'lib/school/driver.conf'), 'speed=fast\n')
  await chmod(join(files, 'lib/school/driver.conf'), 0o640)
  await mkdir(join(files, 'etc'))
  await symlink('/lib/school/driver.conf', join(files, 'etc/driver.conf'))
})

afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
})

/** Boots a machine that was not there before, and hands its shell to `look`. */
async function boot(
  { name, firmware, lastByte }: { name: string; firmware: Firmware; lastByte: number },
  look: (run: (command: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const ip = `${lab.network.prefix}.${lastByte}`
  const mac = `52:54:00:77:04:${lastByte}`
  await lab.api.post('/hosts', { hostname: name, mac, ip, group: 'lab', room: 'r1' })
  await using machine = await lab.powerOn({ name, firmware, mac })
  try {
    await machine.serial.waitFor(new RegExp(`^READY ${name} ${ip} group lab`, 'm'), 120_000)
    await look((command) => shellOn(lab, ip, command))
  } finally {
    await writeFile(join(output, `${name}.serial.log`), machine.serial.text())
  }
}

/** What a client must find: the version, and files that fit their checksums however they are fetched. */
async function expectVersion(run: (command: string) => Promise<string>, version: string) {
  expect(await run('cat /etc/linbo-version')).toBe(`LINBO ${version}: Test`)
  for (const file of ['linbo64', 'linbofs64']) {
    const fetched = await run(
      `. /.env; cd /tmp; for file in ${file}.md5 ${file}; do rsync -L $LINBOSERVER::linbo/$file . || exit 1; done; ` +
        `cat ${file}.md5; md5sum < ${file}`,
    )
    const [told, counted] = fetched.split('\n')
    expect(counted).toBe(`${told}  -`)
    const served = await readFile(join(lab.suite.linboDir, `${file}.md5`), 'utf8')
    expect(told).toBe(served.trim())
  }
}

async function linbo(...words: string[]): Promise<string> {
  const { code, text } = await lab.suite.run('linbo', ...words)
  expect(code, text).toBe(0)
  return text
}

describe("upstream's package, in two versions", () => {
  it('is imported and given to machines', async () => {
    await linbo('boot', 'import', ...packages)
    await linbo('boot', 'activate', older)
    expect(await linbo('boot', 'activate', newer)).toContain('boot set')
    expect(await readFile(join(lab.suite.linboDir, 'linbo-version'), 'utf8')).toContain(newer)
  })

  it('boots, with what belongs to this server laid over it', async () => {
    await boot({ name: 'package-new', firmware: 'uefi', lastByte: 71 }, async (run) => {
      await expectVersion(run, newer)
      const shown = await run(
        `cd /; stat -c '%a %u:%g %N' . .ssh .ssh/authorized_keys etc/linbo_pwhash etc/linbo_salt \
          etc/dropbear/dropbear_*_host_key etc/default/linbo-torrent lib/school/driver.conf etc/driver.conf lib`,
      )
      expect(shown.replaceAll("'", '').split('\n')).toEqual([
        '755 0:0 .',
        '700 0:0 .ssh',
        '600 0:0 .ssh/authorized_keys',
        '600 0:0 etc/linbo_pwhash',
        '600 0:0 etc/linbo_salt',
        ...['ecdsa', 'ed25519', 'rsa'].map(
          (type) => `600 0:0 etc/dropbear/dropbear_${type}_host_key`,
        ),
        '644 0:0 etc/default/linbo-torrent',
        '640 0:0 lib/school/driver.conf',
        '777 0:0 etc/driver.conf -> /lib/school/driver.conf',
        '777 0:0 lib -> usr/lib',
      ])
      const kept = await readFile(join(lab.suite.dataDir, 'linbo-password.json'), 'utf8')
      const { hash, salt } = JSON.parse(kept)
      expect(await run('cat /etc/linbo_pwhash; echo; cat /etc/linbo_salt')).toBe(`${hash}\n${salt}`)
      expect(await run('cat /etc/driver.conf /etc/locale.conf /etc/timezone')).toBe(
        'speed=fast\nLANG=de_DE.UTF-8\nEurope/Berlin',
      )
      expect(await run('head -c 4 /etc/localtime; ls /usr/lib/locale/de_DE.utf8/LC_CTYPE')).toBe(
        'TZif/usr/lib/locale/de_DE.utf8/LC_CTYPE',
      )
    })
  })

  it('boots the version before after a rollback', async () => {
    await linbo('boot', 'rollback')
    await boot({ name: 'package-back', firmware: 'bios', lastByte: 72 }, (run) =>
      expectVersion(run, older),
    )
  })
})
