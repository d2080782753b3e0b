import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ar, arBlock, type TarPart, tar } from '@linbo/test/archives'
import { debOf, kernelOf, type LinboPackage, linboPackage, xz } from '@linbo/test/linbo-package'
import { armored, openPgpKey } from '@linbo/test/openpgp'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type ImportOptions, importPackage } from './import.ts'
import { type ReceiveOptions, receivePackage } from './receive.ts'
import { findPackage, listPackages, removePackage, sweepStore } from './store.ts'

let store: string
let keyring: string
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'linbo-packages-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  store = join(folder, 'boot-packages')
  keyring = join(folder, 'keyring.gpg')
})

async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 5000) yield bytes.subarray(at, at + 5000)
}

type Options = Partial<ReceiveOptions & ImportOptions>

/** Receives and imports. */
const take = async (deb: Uint8Array, more: Options = {}) =>
  importPackage({
    received: await receivePackage({ store, source: pieces(deb), maxBytes: 50_000_000, ...more }),
    ...{ store, keyring, by: 'admin', now: new Date('2026-01-05T08:00:00Z') },
    ...more,
  })

/** Every file below the store. */
const stored = () => (existsSync(store) ? readdirSync(store, { recursive: true }).sort() : [])

describe('importing a package', () => {
  it('takes what we know, and tells what it did', async () => {
    const deb = linboPackage({ serverfs: { 'examples/start.conf.win11': '[LINBO]\n' } })
    const steps: string[] = []
    const { package: found, isNew } = await take(deb, {
      tell: (step) => steps.at(-1) === step || steps.push(step),
    })
    expect(isNew).toBe(true)
    expect(steps).toEqual(['verify', 'unpack', 'check', 'prepare'])
    expect(found).toMatchObject({
      id: 'linuxmuster-linbo7_7.4.11-0',
      kernelVersion: '7.0.10-1',
      sha256: createHash('sha256').update(deb).digest('hex'),
      sizeBytes: deb.length,
      importedAt: '2026-01-05T08:00:00.000Z',
      importedBy: 'admin',
      verification: {
        ...{ md5sums: 'checked', kernel: 'matched' },
        ...{ sha256: 'not-given', signature: { status: 'not-given' } },
      },
    })
    const files = readdirSync(found.folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(found.folder.length + 1))
    expect(files.sort()).toEqual([
      'efipxe',
      'kversion',
      'linbo-version',
      'linbo64',
      'linbofs64.tar.xz',
      'manifest.json',
      'modules.tar.xz',
      'serverfs/examples/start.conf.win11',
      'serverfs/icons/theirs.svg',
      'serverfs/linuxmuster-win/win11.global.reg',
    ])
    expect(Object.keys(found.files).sort()).toEqual(
      files.filter((one) => one !== 'manifest.json').sort(),
    )
    expect(statSync(found.folder).mode & 0o7777).toBe(0o750)
    expect(readdirSync(store)).toEqual([found.id])
  })

  it('takes a kernel that does not tell its version, and says so', async () => {
    const { package: found } = await take(linboPackage({ kernel: Buffer.from('of another kind') }))
    expect(found).toMatchObject({
      kernelVersion: '7.0.10-1',
      verification: { kernel: 'unreadable' },
    })
  })

  it.each(['lib/modules/', 'usr/lib/modules/', 'modules/', ''])(
    'finds the modules below "%s"',
    async (root) => {
      const modules = tar([{ path: `${root}7.0.10-1/kernel/one.ko`, data: 'module' }])
      const { package: found } = await take(linboPackage({ modules }))
      expect(found.kernelVersion).toBe('7.0.10-1')
    },
  )

  it.each(['xz', 'zst', 'gz', 'none'] as const)(
    'reads a package packed with %s',
    async (compression) => {
      const { package: found } = await take(linboPackage({ compression }))
      expect(readFileSync(join(found.folder, 'linbo64'))).toEqual(kernelOf('7.0.10-1'))
    },
  )

  it.each(['xz', 'zstd', 'gzip', 'none'])(
    'reads what dpkg-deb packs with %s',
    async (compression) => {
      const tree = mkdtempSync(join(tmpdir(), 'linbo-dpkg-'))
      onTestFinished(() => rmSync(tree, { recursive: true, force: true }))
      const root = join(tree, 'root')
      const put = (path: string, content: string | Uint8Array) => {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), content)
      }
      put(
        'DEBIAN/control',
        'Package: linuxmuster-linbo-gui7\nVersion: 7.3.3-0\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: test\n',
      )
      put('srv/linbo/linbo_gui64_7.tar.lz', 'gui')
      put(`srv/linbo/icons/${'long'.repeat(40)}.svg`, 'icon')
      chmodSync(root, 0o755)
      const deb = join(tree, 'gui.deb')
      execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', root, deb])
      const { package: found } = await take(readFileSync(deb))
      expect(found).toMatchObject({ version: '7.3.3-0', verification: { md5sums: 'missing' } })
      expect(found).not.toHaveProperty('kernelVersion')
      expect(Object.keys(found.files)).toContain(`serverfs/icons/${'long'.repeat(40)}.svg`)
    },
  )

  it('keeps several versions, the newest first', async () => {
    for (const version of ['7.4.9-0', '7.4.11~rc1', '7.4.10-2', '7.4.11-0'])
      await take(linboPackage({ version }))
    expect((await listPackages(store)).map(({ version }) => version)).toEqual([
      '7.4.11-0',
      '7.4.11~rc1',
      '7.4.10-2',
      '7.4.9-0',
    ])
    expect((await findPackage(store, '7.4.10-2')).id).toBe('linuxmuster-linbo7_7.4.10-2')
    await removePackage(store, await findPackage(store, '7.4.10-2'))
    await expect(findPackage(store, '7.4.10-2')).rejects.toMatchObject({
      code: 'PACKAGE_UNKNOWN',
      fix: expect.stringContaining('linuxmuster-linbo7_7.4.9-0'),
    })
  })

  it('does nothing when exactly this package is there', async () => {
    const deb = linboPackage()
    const first = await take(deb)
    const again = await take(deb, { by: 'another', prepare: () => Promise.reject(new Error('no')) })
    expect(again).toEqual({ ...first, isNew: false })
  })

  it('refuses another package of the same version', async () => {
    await take(linboPackage())
    const before = stored()
    await expect(take(linboPackage({ serverfs: { 'icons/x': 'y' } }))).rejects.toMatchObject({
      code: 'PACKAGE_EXISTS',
    })
    expect(stored()).toEqual(before)
  })

  it('lets one of two imports at once be the one', async () => {
    const deb = linboPackage()
    const both = await Promise.all([take(deb), take(deb)])
    expect(both.map(({ isNew }) => isNew).sort()).toEqual([false, true])
    expect(readdirSync(store)).toEqual(['linuxmuster-linbo7_7.4.11-0'])
  })

  it('makes copies of links that stay inside', async () => {
    const extra: TarPart[] = [
      { path: './srv/linbo/icons/current.svg', type: '2', target: 'other.svg' },
      { path: './srv/linbo/icons/other.svg', type: '2', target: '../icons/./theirs.svg' },
      { path: './srv/linbo/icons/hard.svg', type: '1', target: './srv/linbo/icons/theirs.svg' },
      { path: './srv/linbo/icons/to-nothing.svg', type: '2', target: 'nothing.svg' },
    ]
    const { package: found } = await take(linboPackage({ extra }))
    expect(readdirSync(join(found.folder, 'serverfs/icons')).sort()).toEqual([
      'current.svg',
      'hard.svg',
      'other.svg',
      'theirs.svg',
    ])
    expect(readFileSync(join(found.folder, 'serverfs/icons/current.svg'), 'utf8')).toBe('<svg/>')
    expect(found.files['serverfs/icons/current.svg']).toEqual(
      found.files['serverfs/icons/theirs.svg'],
    )
  })

  it('prepares a package before anybody sees it', async () => {
    let seen: string[] = []
    await take(linboPackage(), {
      prepare: async ({ folder, kernelVersion }) => {
        seen = readdirSync(store).filter((name) => !name.startsWith('.'))
        expect(kernelVersion).toBe('7.0.10-1')
        writeFileSync(join(folder, 'base.cpio.xz'), 'made')
      },
    })
    expect(seen).toEqual([])
    expect(stored()).toContain('linuxmuster-linbo7_7.4.11-0/base.cpio.xz')
  })

  it('sweeps away what an interrupted import left behind', async () => {
    await take(linboPackage())
    mkdirSync(join(store, '.import-abc/package'), { recursive: true })
    mkdirSync(join(store, '.removed-abc'))
    mkdirSync(join(store, 'linuxmuster-linbo7_1'))
    expect(await listPackages(store)).toHaveLength(1)
    await sweepStore(store)
    expect(readdirSync(store)).toEqual(['linuxmuster-linbo7_1', 'linuxmuster-linbo7_7.4.11-0'])
  })
})

describe('verifying a package', () => {
  const deb = linboPackage()
  const sha256 = createHash('sha256').update(deb).digest('hex')

  it('compares the sha256 that was asked for', async () => {
    const { package: found } = await take(deb, { expectedSha256: sha256.toUpperCase() })
    expect(found.verification.sha256).toBe('matched')
  })

  it('refuses another sha256', async () => {
    await expect(take(deb, { expectedSha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'PACKAGE_CHECKSUM',
      message: expect.stringContaining(sha256),
    })
    expect(stored()).toEqual([])
  })

  it.each([false, true])('takes a good signature, armored: %s', async (isArmored) => {
    const key = openPgpKey('Example <packages@example.org>')
    const signature = key.sign(deb)
    writeFileSync(keyring, isArmored ? armored('PUBLIC KEY BLOCK', key.publicKey) : key.publicKey)
    const { package: found } = await take(deb, {
      signature: isArmored ? Buffer.from(armored('SIGNATURE', signature)) : signature,
    })
    expect(found.verification.signature).toEqual({
      status: 'good',
      signer: 'Example <packages@example.org>',
      fingerprint: key.fingerprint,
    })
  })

  it('refuses a signature that is not good', async () => {
    const [key, other] = [openPgpKey('One'), openPgpKey('Other')]
    const refusal = (signature: Uint8Array) => take(deb, { signature }).catch((error) => error)
    expect(await refusal(key.sign(deb))).toMatchObject({ code: 'PACKAGE_KEYRING' })
    writeFileSync(keyring, key.publicKey)
    for (const [signature, reason] of [
      [key.sign(Buffer.from('something else')), 'of another file'],
      [other.sign(deb), 'not in the keyring'],
      [Buffer.from('no signature'), 'not good'],
    ] as const) {
      const error = await refusal(signature)
      expect(error).toMatchObject({ code: 'PACKAGE_SIGNATURE' })
      expect(error.message).toContain(reason)
    }
    expect(stored()).toEqual([])
  })
})

const broken = (options: LinboPackage) => () => linboPackage(options)
const withEntry = (part: TarPart) => broken({ extra: [part] })
const control = tar([{ path: 'control', data: 'Package: linuxmuster-linbo7\n' }])

const refused: [string, () => Uint8Array, string, string, Options?][] = [
  ['nothing', () => new Uint8Array(), 'PACKAGE_BROKEN', 'no Debian package'],
  ['something else', () => Buffer.from('hello'), 'PACKAGE_BROKEN', 'no Debian package'],
  [
    'bytes after its end',
    () => Buffer.concat([linboPackage(), Buffer.from('x'.repeat(100))]),
    'PACKAGE_BROKEN',
    'something else',
  ],
  [
    'parts in another order',
    () =>
      ar([
        ['debian-binary', '2.0\n'],
        ['data.tar', tar([])],
        ['control.tar', control],
      ]),
    'PACKAGE_BROKEN',
    'not where they should be',
  ],
  [
    'a missing start',
    () =>
      ar([
        ['control.tar', control],
        ['data.tar', tar([])],
      ]),
    'PACKAGE_BROKEN',
    'debian-binary',
  ],
  [
    'another format version',
    () =>
      ar([
        ['debian-binary', '3.0\n'],
        ['control.tar', control],
        ['data.tar', tar([])],
      ]),
    'PACKAGE_BROKEN',
    'format version',
  ],
  [
    'a missing part',
    () =>
      ar([
        ['debian-binary', '2.0\n'],
        ['control.tar', control],
      ]),
    'PACKAGE_BROKEN',
    'not where they should be',
  ],
  [
    'an unknown compression',
    () =>
      ar([
        ['debian-binary', '2.0\n'],
        ['control.tar.bz2', control],
        ['data.tar', tar([])],
      ]),
    'PACKAGE_BROKEN',
    'not where they should be',
  ],
  [
    'a part of no meaning',
    () => Buffer.concat([linboPackage(), arBlock('more', 0)]),
    'PACKAGE_BROKEN',
    'more',
  ],
  [
    'an empty part',
    () =>
      ar([
        ['debian-binary', '2.0\n'],
        ['control.tar', ''],
        ['data.tar', tar([])],
      ]),
    'PACKAGE_BROKEN',
    'cut off',
  ],
  [
    'a part that is not packed as it says',
    () =>
      ar([
        ['debian-binary', '2.0\n'],
        ['control.tar.xz', control],
        ['data.tar', tar([])],
      ]),
    'PACKAGE_BROKEN',
    'xz',
  ],
  ['another name', broken({ name: 'linuxmuster-base7' }), 'PACKAGE_OTHER', 'linuxmuster-base7'],
  ['another architecture', broken({ architecture: 'arm64' }), 'PACKAGE_OTHER', 'arm64'],
  ['a version that climbs', broken({ version: '../../7' }), 'PACKAGE_BROKEN', 'version'],
  [
    'a control file of nonsense',
    broken({ control: 'nonsense\n' }),
    'PACKAGE_BROKEN',
    'control file',
  ],
  [
    'a missing kernel',
    broken({ without: ['var/lib/linuxmuster/linbo/linbo64'] }),
    'PACKAGE_OTHER',
    'linbo64 is not in it',
  ],
  [
    'a missing template',
    broken({ without: ['var/lib/linuxmuster/linbo/linbofs64.tar.xz'] }),
    'PACKAGE_OTHER',
    'linbofs64.tar.xz is not in it',
  ],
  [
    'no GUI in the package of the GUI',
    broken({ name: 'linuxmuster-linbo-gui7', without: ['srv/linbo/linbo_gui64_7.tar.lz'] }),
    'PACKAGE_OTHER',
    'linbo_gui64_7.tar.lz is not in it',
  ],
  [
    'a wrong checksum',
    broken({ md5sums: `${'0'.repeat(32)}  var/lib/linuxmuster/linbo/linbo64\n` }),
    'PACKAGE_BROKEN',
    'checksums',
  ],
  ['a file without a checksum', broken({ md5sums: '' }), 'PACKAGE_BROKEN', 'checksums'],
  [
    'a path that climbs',
    withEntry({ path: './srv/linbo/icons/../../../etc/x' }),
    'PACKAGE_BROKEN',
    'climbs out',
  ],
  ['an absolute path', withEntry({ path: '/etc/cron.d/x' }), 'PACKAGE_BROKEN', 'absolute'],
  [
    'a link that leads out',
    withEntry({ path: './srv/linbo/icons/x', type: '2', target: '../../../etc/passwd' }),
    'PACKAGE_BROKEN',
    'leads out',
  ],
  [
    'an absolute link',
    withEntry({ path: './srv/linbo/icons/x', type: '2', target: '/etc/passwd' }),
    'PACKAGE_BROKEN',
    'leads out',
  ],
  [
    'a kernel that is a link',
    broken({
      without: ['var/lib/linuxmuster/linbo/linbo64'],
      extra: [{ path: './var/lib/linuxmuster/linbo/linbo64', type: '2', target: 'kversion' }],
    }),
    'PACKAGE_BROKEN',
    'leads out',
  ],
  [
    'a hard link that leads out',
    withEntry({ path: './srv/linbo/icons/x', type: '1', target: './etc/passwd' }),
    'PACKAGE_BROKEN',
    'leads out',
  ],
  [
    'a folder that is a link',
    broken({
      serverfs: {},
      without: ['srv/linbo/icons/theirs.svg'],
      extra: [
        { path: './srv/linbo/icons', type: '2', target: '/etc' },
        { path: './srv/linbo/icons/passwd', data: 'x' },
      ],
    }),
    'PACKAGE_BROKEN',
    'lies below',
  ],
  [
    'a device',
    withEntry({ path: './srv/linbo/icons/x', type: '3', device: [1, 3] }),
    'PACKAGE_BROKEN',
    'device',
  ],
  ['a pipe', withEntry({ path: './dev/x', type: '6' }), 'PACKAGE_BROKEN', 'pipe'],
  [
    'a file twice',
    withEntry({ path: './var/lib/linuxmuster/linbo/linbo64' }),
    'PACKAGE_BROKEN',
    'twice',
  ],
  [
    'too many entries',
    broken({}),
    'PACKAGE_BROKEN',
    'more than 5 entries',
    { limits: { entries: 5, fileBytes: 1e6, totalBytes: 1e6 } },
  ],
  [
    'a file that is too large',
    withEntry({ path: './usr/share/x', data: Buffer.alloc(100_001) }),
    'PACKAGE_BROKEN',
    'more than 100000 bytes',
    { limits: { entries: 100, fileBytes: 100_000, totalBytes: 1e9 } },
  ],
  [
    'bytes without end behind few',
    () =>
      debOf(
        tar([
          { path: 'control', data: 'Package: linuxmuster-linbo7\nVersion: 1\nArchitecture: all\n' },
        ]),
        tar([{ path: './usr/share/x', data: Buffer.alloc(30_000_000) }]),
      ),
    'PACKAGE_BROKEN',
    'unpacks to more than 9000000',
    { limits: { entries: 100, fileBytes: 1e9, totalBytes: 9_000_000 } },
  ],
  [
    'a control archive without end',
    () => debOf(tar([{ path: 'x', data: Buffer.alloc(20_000_000) }]), tar([]), 'gz'),
    'PACKAGE_BROKEN',
    'more than 8388608 bytes',
  ],
  [
    'modules of another kernel',
    broken({ kversion: '7.0.10-1\n', release: '7.0.9-1', kernel: kernelOf('7.0.10-1') }),
    'PACKAGE_KERNEL',
    'modules are for "7.0.9-1"',
  ],
  [
    'modules of two kernels',
    broken({
      modules: tar([{ path: 'lib/modules/7.0.10-1/a' }, { path: 'lib/modules/7.0.9-1/a' }]),
    }),
    'PACKAGE_KERNEL',
    '"7.0.9-1"',
  ],
  ['no modules', broken({ modules: tar([]) }), 'PACKAGE_KERNEL', 'none'],
  ['another kernel than it says', broken({ kernel: kernelOf('6.1') }), 'PACKAGE_KERNEL', '"6.1"'],
  [
    'modules that climb',
    broken({ modules: tar([{ path: 'lib/../../x' }]) }),
    'PACKAGE_BROKEN',
    'climbs out',
  ],
  ['more bytes than allowed', broken({}), 'PACKAGE_TOO_LARGE', '1 MB', { maxBytes: 1000 }],
  [
    'more bytes than there is space',
    broken({}),
    'PACKAGE_NO_SPACE',
    '1 MB',
    { sizeBytes: 300_000, free: () => Promise.resolve(899_999) },
  ],
]

describe('a package is refused, and nothing changes, for', () => {
  it.each(refused)('%s', async (_name, deb, code, message, more) => {
    const error = await take(deb(), more).catch((thrown) => thrown)
    expect(error).toMatchObject({ code, fix: expect.any(String) })
    expect(error.message).toContain(message)
    expect(stored()).toEqual([])
  })

  it('being cut off anywhere', async () => {
    const deb = linboPackage({ compression: 'gz' })
    for (let length = 0; length < deb.length; length += Math.ceil(deb.length / 40)) {
      await expect(take(deb.subarray(0, length))).rejects.toMatchObject({ code: 'PACKAGE_BROKEN' })
    }
    expect(stored()).toEqual([])
  })

  it('any bytes, and then says what is wrong', async () => {
    const deb = linboPackage({ compression: 'none' })
    const change = fc.tuple(fc.nat(deb.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Uint8Array.from(deb)
        for (const [at, value] of changes) bytes[at] = value
        const error = await take(bytes).catch((thrown) => thrown)
        if (error instanceof Error)
          expect(error).toMatchObject({ code: expect.stringMatching(/^PACKAGE_/) })
        else await removePackage(store, error.package)
        expect(stored()).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('a connection that breaks', async () => {
    const source = async function* () {
      yield Buffer.from('!<arch>\n')
      throw new Error('aborted')
    }
    await expect(take(Buffer.alloc(0), { source: source() })).rejects.toMatchObject({
      code: 'PACKAGE_STORE',
    })
    expect(stored()).toEqual([])
  })

  it('a preparation that fails', async () => {
    const failing = {
      prepare: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    }
    await expect(take(linboPackage(), failing)).rejects.toMatchObject({ code: 'PACKAGE_NO_SPACE' })
    expect(stored()).toEqual([])
  })

  it('an xz stream that is cut off or changed', async () => {
    const modules = xz(tar([{ path: 'lib/modules/7.0.10-1/a', data: 'x'.repeat(5000) }]))
    const data = (packed: Uint8Array) =>
      tar(
        Object.entries({
          linbo64: kernelOf('7.0.10-1'),
          kversion: '7.0.10-1',
          'linbofs64.tar.xz': 'x',
          'modules.tar.xz': packed,
        }).map(([name, content]) => ({
          path: `./var/lib/linuxmuster/linbo/${name}`,
          data: content,
        })),
      )
    const said = tar([
      { path: 'control', data: 'Package: linuxmuster-linbo7\nVersion: 1\nArchitecture: all\n' },
    ])
    await expect(take(debOf(said, data(modules.subarray(0, -9))))).rejects.toThrow(/Unexpected end/)
    const wrong = Buffer.from(modules)
    wrong[20] = (wrong[20] ?? 0) ^ 0xff
    await expect(take(debOf(said, data(wrong)))).rejects.toMatchObject({ code: 'PACKAGE_BROKEN' })
  })
})
