// Brings a fresh machine to where `npm start` and `npm test` work: npm packages (Node 24 among them), Debian
// packages, the built dashboard. Plain JavaScript without dependencies, because it runs before there are any.
// Does nothing, quickly, when nothing is missing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const debian = {
  start: [
    'console-data',
    'gpgv',
    'grub-common',
    'grub-efi-amd64-bin',
    'grub-pc-bin',
    'ipxe',
    'kbd',
    'kmod',
    'locales',
    'mtools',
    'rsync',
    'xorriso',
    'xz-utils',
  ],
  test: [
    'argon2',
    'atftp',
    'busybox-static',
    'chromium',
    'cpio',
    'curl',
    'dnsmasq-base',
    'dropbear-bin',
    'g++',
    'iproute2',
    'liblog4cplus-2.0.5',
    'libmariadb3',
    'libpq5',
    'make',
    'openssh-client',
    'postgresql',
    'python3',
    'redis-server',
    'tftp-hpa',
    'udhcpc',
    'zstd',
  ],
  bench: [
    'curl',
    'dnsmasq-base',
    'g++',
    'iproute2',
    'liblog4cplus-2.0.5',
    'libmariadb3',
    'libpcre2-8-0',
    'libpq5',
    'python3',
  ],
  vm: [
    'busybox-static',
    'chromium',
    'cpio',
    'dnsmasq-base',
    'dosfstools',
    'dropbear-bin',
    'e2fsprogs',
    'fdisk',
    'ipxe-qemu',
    'iproute2',
    'kexec-tools',
    'kmod',
    'openssh-client',
    'postgresql',
    'redis-server',
    'ovmf',
    'qemu-system-x86',
    'qemu-utils',
    'seabios',
    'tcpdump',
    'zstd',
  ],
}
const wanted = [
  ...debian.start,
  ...(process.argv.includes('--test') ? debian.test : []),
  ...(process.argv.includes('--vm') ? debian.vm : []),
  ...(process.argv.includes('--bench') ? debian.bench : []),
]

debianPackages([...new Set(wanted)])
if (process.argv.includes('--vm')) aptLists()
npmPackages()
dashboard()

function npmPackages() {
  const stamp = join(root, 'node_modules', '.lock-sha256')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const isCurrent = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock
  if (isCurrent && !(process.argv.includes('--test') && isTerminalMissing())) return
  say('npm packages')
  const npm = process.env.npm_execpath
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  if (!succeeds(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    fail('npm ci failed', 'Read its message above; the npm registry must be reachable.')
  }
  writeFileSync(stamp, lock)
}

/** node-pty is built on this machine and left out where there is no compiler; the tests want it. */
function isTerminalMissing() {
  return !existsSync(join(root, 'node_modules', 'node-pty', 'build', 'Release', 'pty.node'))
}

function debianPackages(names) {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0) return warn(`missing Debian packages; as root run: ${command}`)
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) {
    return warn(`this is not Debian; install what these packages hold: ${missing.join(' ')}`)
  }
  say(`Debian packages: ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  if (succeeds('apt-get', install, { env, quiet: true })) return
  succeeds('apt-get', ['update', '-qq'], { env })
  if (!succeeds('apt-get', install, { env, quiet: true }))
    warn(`could not install them; run: ${command}`)
}

/** The virtual machines' kernel is fetched with `apt-get download`, which needs apt's lists. */
function aptLists() {
  const lists = '/var/lib/apt/lists'
  const has = existsSync(lists) && readdirSync(lists).some((name) => /_Packages/.test(name))
  if (!has && process.getuid?.() === 0) succeeds('apt-get', ['update', '-qq'])
}

function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a format of dpkg-query
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], {
    encoding: 'utf8',
  })
  return asked.stdout === 'installed'
}

function dashboard() {
  const built = join(root, 'web', 'build', 'index.html')
  if (existsSync(built) && newest(join(root, 'web')) <= statSync(built).mtimeMs) return
  say('dashboard')
  const node = join(root, 'node_modules', '.bin')
  const env = {
    ...process.env,
    PATH: `${node}:${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  }
  const turbo = join(node, 'turbo')
  if (
    !succeeds(turbo, ['run', 'build', '--filter=@linbo/web', '--output-logs=errors-only'], {
      env,
      quiet: true,
    })
  ) {
    fail(
      'the dashboard could not be built',
      'Run `npx turbo run build --filter=@linbo/web` and read its message.',
    )
  }
}

/** The youngest modification time of the dashboard's sources. */
function newest(directory) {
  const skipped = new Set(['node_modules', 'build', '.svelte-kit', '.turbo', 'paraglide'])
  let time = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue
    const path = join(directory, entry.name)
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return time
}

function succeeds(program, args, options = {}) {
  const stdio = ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit']
  const done = spawnSync(program, args, {
    cwd: root,
    env: options.env ?? process.env,
    stdio,
    encoding: 'utf8',
  })
  if (done.status !== 0 && options.quiet)
    process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`)
  return done.status === 0
}

function say(what) {
  process.stderr.write(`setting up: ${what} ...\n`)
}

function warn(message) {
  process.stderr.write(`set-up: ${message}\n`)
}

function fail(message, fix) {
  process.stderr.write(`set-up: ${message}\n  → ${fix}\n`)
  process.exit(1)
}
