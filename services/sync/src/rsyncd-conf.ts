/** What the daemon's configuration depends on. Folders are absolute. */
export interface RsyncdSettings {
  /** LINBO_DIR. */
  root: string
  /** Where uploads are received. */
  staging: string
  /** Where files made for one request lie. */
  prepared: string
  /** The sets of boot files below LINBO_DIR; need not be there. */
  bootSets: string
  /** The pipe we read the daemon's log from. */
  logPipe: string
  /** Names and passwords only we know; the modules that serve files ask for them. */
  ourSecrets: string
  /** The file with the password of the user `linbo`. */
  uploadSecrets: string
  /** Running as root: then the daemon locks itself into each module's folder and gives up root. */
  isRoot: boolean
  /** Whom files are served and received as, when running as root. */
  server: { uid: number; gid: number }
  uploader: { uid: number; gid: number }
}

/** User names we sign in to the daemon with: one per connection, so that its log tells them apart. */
export const slotUser = (slot: number) => `c${slot}`

export const module = {
  files: 'linbo',
  uploads: 'linbo-upload',
  prepared: 'linbo-prepared',
  bootSets: 'linbo-boot-sets',
} as const

/** Modules that clients cannot ask for: what is in them is asked for in the module `linbo`. */
export const hiddenModules: readonly string[] = [module.prepared, module.bootSets]

/** What nobody gets by asking the module `linbo`; onboot files are handed out one by one instead. */
const excluded = '.* /linbocmd/* /tmp/* /log/* /backup/* /images/tmp/* *.macct*'

const compressed =
  '*.qcow2 *.qdiff *.cloop *.rsync *.gz *.lz *.xz *.zst *.zip *.iso *.png *.jpg *.torrent linbofs64 linbo64'

/** The text of rsyncd.conf. The address and port are given on the command line. */
export function rsyncdConf(settings: RsyncdSettings): string {
  const locked = ({ uid, gid }: { uid: number; gid: number }) =>
    settings.isRoot ? ['use chroot = yes', `uid = ${uid}`, `gid = ${gid}`] : ['use chroot = no']
  const forUsOnly = (name: string, path: string) => [
    `[${name}]`,
    `path = ${value(path)}`,
    'read only = yes',
    'list = no',
    ...locked(settings.server),
    'munge symlinks = no',
    'auth users = c*',
    `secrets file = ${value(settings.ourSecrets)}`,
  ]
  return section([
    `log file = ${value(settings.logPipe)}`,
    'transfer logging = yes',
    'log format = %o %a %m %l %f',
    'proxy protocol = true',
    'proxy protocol hosts = 127.0.0.1',
    'reverse lookup = no',
    'forward lookup = no',
    'socket options = TCP_NODELAY',
    'listen backlog = 512',
    'numeric ids = yes',
    `dont compress = ${compressed}`,
    '',
    `[${module.files}]`,
    `path = ${value(settings.root)}`,
    'comment = LINBO boot files, configurations and images',
    'read only = yes',
    ...locked(settings.server),
    'munge symlinks = no',
    'auth users = c*',
    `secrets file = ${value(settings.ourSecrets)}`,
    `exclude = ${excluded}`,
    '',
    ...forUsOnly(module.prepared, settings.prepared),
    '',
    ...forUsOnly(module.bootSets, settings.bootSets),
    '',
    `[${module.uploads}]`,
    `path = ${value(settings.staging)}`,
    'comment = images made by clients, with password',
    'read only = no',
    ...locked(settings.uploader),
    'munge symlinks = yes',
    'auth users = linbo',
    `secrets file = ${value(settings.uploadSecrets)}`,
    'refuse options = delete*',
    'incoming chmod = Fug=rw,Fo=r,D755',
  ])
}

function section(lines: string[]): string {
  return `${lines.join('\n')}\n`
}

/** Percent signs would be taken for variables. */
function value(path: string): string {
  return path.replaceAll('%', '%%')
}
