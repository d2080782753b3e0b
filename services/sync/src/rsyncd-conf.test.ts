import { expect, it } from 'vitest'
import { respond } from './password.ts'
import { hiddenModules, rsyncdConf } from './rsyncd-conf.ts'

const settings = {
  root: '/srv/100% linbo',
  staging: '/srv/linbo/.staging',
  prepared: '/var/lib/linbo/sync/prepared',
  bootSets: '/srv/linbo/.boot',
  logPipe: '/var/lib/linbo/sync/log',
  ourSecrets: '/var/lib/linbo/sync/gateway.secrets',
  uploadSecrets: '/var/lib/linbo/rsyncd.secrets',
  isRoot: true,
  server: { uid: 65534, gid: 65534 },
  uploader: { uid: 1000, gid: 1000 },
}

/** The lines of a module. */
const section = (text: string, name: string) =>
  text.split(`[${name}]\n`)[1]?.split('\n\n')[0]?.split('\n') ?? []

it('serves LINBO_DIR read-only, locked in, without rights and without secrets', () => {
  const lines = section(rsyncdConf(settings), 'linbo')
  expect(lines).toContain('path = /srv/100%% linbo')
  expect(lines).toContain('read only = yes')
  expect(lines).toContain('use chroot = yes')
  expect(lines).toContain('uid = 65534')
  expect(lines).toContain('exclude = .* /linbocmd/* /tmp/* /log/* /backup/* /images/tmp/* *.macct*')
})

it('takes uploads with a password, as the owner of LINBO_DIR, without deleting', () => {
  const lines = section(rsyncdConf(settings), 'linbo-upload')
  expect(lines).toContain('auth users = linbo')
  expect(lines).toContain('secrets file = /var/lib/linbo/rsyncd.secrets')
  expect(lines).toContain('uid = 1000')
  expect(lines).toContain('refuse options = delete*')
  expect(lines).toContain('munge symlinks = yes')
})

it.each([
  ['linbo-prepared', '/var/lib/linbo/sync/prepared'],
  ['linbo-boot-sets', '/srv/linbo/.boot'],
])('serves %s read-only to nobody but us, and does not list it', (name, path) => {
  const lines = section(rsyncdConf(settings), name)
  for (const line of [`path = ${path}`, 'list = no', 'read only = yes', 'auth users = c*'])
    expect(lines).toContain(line)
  expect(hiddenModules).toContain(name)
})

it('does without chroot and user ids when not running as root', () => {
  const text = rsyncdConf({ ...settings, isRoot: false })
  expect(text).not.toContain('use chroot = yes')
  expect(text).not.toMatch(/^[ug]id = /m)
})

// Challenge and response of an rsync 3.5.0 client and daemon, password `pw`.
it('answers a challenge as rsync does', () => {
  const challenge =
    'IkSzOWmId7nf+5cXFjTG4A6e1xVRoTv906qmji5x1vMxHifiC2JL3MuKu3T4ZSa7DP9Bx0ZFZpyYboyJRLGNlg'
  const response =
    'W0XpZSVPfHZI+ZyS9OHa/ip5ElqjRgLuxRO0fgpl4OmA2BPfT5eyij3yJNJVRZUy7SX7sXF3367p3wcnOElXpg'
  expect(respond('pw', challenge, 'sha512')).toBe(response)
})
