import { expect, it } from 'vitest'
import { decideDownload } from './access.ts'
import { readRequest } from './request.ts'

const ask = (path: string, flags = '-vLe.LsfxCIvu', ...long: string[]) => {
  const request = readRequest([['--server', '--sender', flags, ...long, '.', path]])
  if (!request) throw new Error('no request')
  return decideDownload(request, { ip: '10.0.0.7', hostname: 'pc01' })
}

it.each([
  ['linbo/start.conf.win', 'pass', 'start.conf.win'],
  ['linbo//start.conf.win', 'pass', 'start.conf.win'],
  ['linbo/./images/win/win.qcow2', 'pass', 'images/win/win.qcow2'],
  ['linbo/boot/grub/themes/', 'pass', 'boot/grub/themes/'],
  ['linbo', 'refuse', undefined],
  ['linbo/', 'refuse', undefined],
  ['linbo//./', 'refuse', undefined],
  ['linbo/*.conf', 'refuse', undefined],
  ['linbo/[a-z]*', 'refuse', undefined],
  ['linbo/../etc/passwd', 'refuse', undefined],
  ['linbo/images/..', 'refuse', undefined],
  ['linbo/boot', 'refuse', undefined],
  ['linbo/boot/grub/', 'refuse', undefined],
  ['linbo/boot/./grub//hostcfg/', 'refuse', undefined],
  ['linbo/boot/grub/host*', 'refuse', undefined],
  ['linbo/linuxmuster-client/lab/*.sh', 'pass', undefined],
  ['linbo/images/', 'pass', 'images/'],
  ['linbo/.boot/current/linbofs64', 'hidden', '.boot/current/linbofs64'],
  ['linbo/.boot/', 'hidden', '.boot/'],
  ['linbo/backup/start.conf.win', 'hidden', 'backup/start.conf.win'],
  ['linbo/linbocmd/pc01.cmd', 'onboot', 'linbocmd/pc01.cmd'],
  ['linbo/linbocmd/10.0.0.7.cmd', 'onboot', 'linbocmd/10.0.0.7.cmd'],
  ['linbo/linbocmd/pc02.cmd', 'hidden', 'linbocmd/pc02.cmd'],
  ['linbo/linbocmd/10.0.0.8.cmd', 'hidden', 'linbocmd/10.0.0.8.cmd'],
  ['linbo/linbocmd/notes', 'hidden', 'linbocmd/notes'],
  ['linbo//tmp/linbo.log', 'client-file', 'tmp/linbo.log'],
  ['linbo/tmp/hwinfo.gz', 'client-file', 'tmp/hwinfo.gz'],
  ['linbo//tmp/image.status', 'client-file', 'tmp/image.status'],
  ['linbo//tmp/.x.log', 'hidden', 'tmp/.x.log'],
  ['linbo//tmp/x/y.log', 'hidden', 'tmp/x/y.log'],
  ['linbo/images/win/win.qcow2.macct', 'hidden', 'images/win/win.qcow2.macct'],
  ['linbo/.staging/x', 'hidden', '.staging/x'],
  ['linbo/log/x', 'hidden', 'log/x'],
  ['linbo/boot/grub/spool/pc01.win.grub.cfg', 'local-grub', 'boot/grub/spool/pc01.win.grub.cfg'],
  ['linbo/boot/grub/spool/pc01.reboot', 'pass', 'boot/grub/spool/pc01.reboot'],
])('%s is %s', (path, kind, below) => {
  expect(ask(path)).toMatchObject({ kind, ...(below === undefined ? {} : { path: below }) })
})

it.each(['linbo', 'linbo/', 'linbo/.'])('lets %s be looked at, but not below', (path) => {
  expect(ask(path, '-de.LsfxCIvu')).toEqual({ kind: 'pass', path: '' })
  expect(ask(path, '-re.iLsfxCIvu', '--list-only')).toMatchObject({ kind: 'refuse' })
  expect(ask(path, '-nLe.LsfxCIvu')).toEqual({ kind: 'pass', path: '' })
})

it('names the group of a local GRUB configuration and the file on the client', () => {
  expect(ask('linbo/boot/grub/spool/pc01.win_10.grub.cfg')).toMatchObject({ group: 'win_10' })
  expect(ask('linbo//tmp/linbo.log')).toMatchObject({
    source: '/tmp/linbo.log',
    type: 'log',
    name: 'linbo.log',
  })
})

it('does not fetch files from a client that only tries', () => {
  expect(ask('linbo//tmp/linbo.log', '-ne.Lsf')).toMatchObject({ kind: 'hidden' })
})

it.each(['--remove-source-files', '--files-from=list', '--log-file=/x', '--insecure-links'])(
  'refuses %s',
  (option) => expect(ask('linbo/x', '-e.Lsf', option)).toMatchObject({ kind: 'refuse' }),
)

it('refuses to write', () => {
  const request = readRequest([['--server', '-vlogDtpre.iLsf', '.', 'linbo/x']])
  expect(request && decideDownload(request, { ip: '10.0.0.7', hostname: null })).toMatchObject({
    kind: 'refuse',
  })
})

it.each([[[]], [['--server']], [['--daemon', '.', 'x']], [['--server', 'x', '.', 'y']]])(
  'reads no request from %j',
  (args) => expect(readRequest([args])).toBeUndefined(),
)

it('reads the options that matter from any bundle', () => {
  const read = (...args: string[]) =>
    readRequest([['--server', '--sender', ...args, '.', 'linbo/x']])
  expect(read('-nLre.iLsfxCIvu')).toMatchObject({
    isDryRun: true,
    followsLinks: true,
    isRecursive: true,
  })
  expect(read('-de.LsfxCIvu')).toMatchObject({ isDryRun: true })
  expect(read('-re.iLsfxCIvu', '--list-only')).toMatchObject({ isDryRun: true })
  expect(read('-lLHogDtprze.iLsfxCIvu')).toMatchObject({ isDryRun: false })
  expect(read('-e.Lsf', '-B1400')).toMatchObject({ letters: 'B' })
})
