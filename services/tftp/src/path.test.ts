import { describe, expect, it } from 'vitest'
import { pathBelow, requestedPath } from './path.ts'

const table: [string, string, string][] = [
  ['takes firmware names', 'boot/grub/i386-pc/core.0', 'boot/grub/i386-pc/core.0'],
  ['takes a leading slash', '/linbo64', 'linbo64'],
  ['takes many slashes', '//boot///grub//grub.cfg', 'boot/grub/grub.cfg'],
  ['takes backslashes', '\\boot\\grub\\grub.cfg', 'boot/grub/grub.cfg'],
  ['takes dot segments', './boot/./grub.cfg', 'boot/grub.cfg'],
  ['takes a closing slash', 'boot/', 'boot'],
  ['takes umlauts and blanks', 'images/größe 1.png', 'images/größe 1.png'],
  ['takes two dots inside a name', 'a..b/..c.d'.replace('..c', 'x..c'), 'a..b/x..c.d'],
  ['refuses to go up', '../etc/passwd', 'refused'],
  ['refuses to go up in the middle', 'boot/../../etc/passwd', 'refused'],
  ['refuses to go up with backslashes', 'boot\\..\\..\\etc\\passwd', 'refused'],
  ['refuses to go up and come back', 'boot/../linbo64', 'refused'],
  ['refuses the empty name', '', 'refused'],
  ['refuses the root', '///', 'refused'],
  ['refuses a zero', 'linbo64\0.txt', 'refused'],
  ['refuses control bytes', 'linbo\n64', 'refused'],
  ['refuses endless names', 'a'.repeat(513), 'refused'],
  ['hides onboot commands', '/linbocmd/pc01.cmd', 'hidden'],
  ['hides backups', '/backup/start.conf.win', 'hidden'],
  ['hides onboot commands behind slashes', './/linbocmd//pc01.cmd', 'hidden'],
  ['hides tmp', 'tmp/x', 'hidden'],
  ['hides images/tmp', 'images/tmp/win.qcow2', 'hidden'],
  ['hides backups of images', 'images/win/backups/20260101/win.qcow2', 'hidden'],
  ['hides logs', 'log/pc01_linbo.log', 'hidden'],
  ['hides a secret folder itself', 'linbocmd', 'hidden'],
  ['hides machine accounts', 'images/win/win.qcow2.macct', 'hidden'],
  ['hides backups of machine accounts', 'images/win/win.qcow2.macct.bak', 'hidden'],
  ['hides dot files', 'images/.win.qcow2.abc', 'hidden'],
  ['hides dot folders', '.git/config', 'hidden'],
  ["hides GRUB's question without a host name", '/boot/grub/spool/.reboot', 'hidden'],
  ['serves what only begins like a secret folder', 'tmpfile', 'tmpfile'],
]

describe('requestedPath', () => {
  it.each(table)('%s', (_, name, expected) => {
    const found = requestedPath(name)
    expect(found.kind === 'path' ? found.path : found.kind).toBe(expected)
  })
})

describe('pathBelow', () => {
  it('tells inside from outside', () => {
    expect(pathBelow('/srv/linbo', '/srv/linbo/boot/x')).toBe('boot/x')
    expect(pathBelow('/', '/boot/x')).toBe('boot/x')
    expect(pathBelow('/srv/linbo', '/srv/linbo2/x')).toBeUndefined()
    expect(pathBelow('/srv/linbo', '/srv/linbo')).toBeUndefined()
  })
})
