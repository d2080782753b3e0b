import { expect, it } from 'vitest'
import { readRequest } from './request.ts'
import { backupName, compareInfo, decideUpload, whyNotQcow2 } from './upload.ts'

const ask = (path: string, ...options: string[]) => {
  const args = ['--server', '-lHogDtpre.iLsfxCIvu', '--log-format=X', '--partial', ...options]
  const request = readRequest([[...args, '.', path]])
  if (!request) throw new Error('no request')
  return decideUpload(request)
}

it.each([
  'win.qcow2',
  'win.qdiff',
  'win.qcow2.info',
  'win.qdiff.info',
  'win.qcow2.desc',
  'win.qcow2.hash',
  'win.qcow2.torrent',
  'win.reg',
  'win.postsync',
  'win.prestart',
  'win.driverpostsync',
])('takes images/win/%s', (file) => {
  const upload = ask(`linbo-upload/images/win/${file}`)
  expect(upload).toMatchObject({
    kind: 'image-file',
    base: 'win',
    file,
    path: `images/win/${file}`,
  })
})

it('takes registrations, under the lower-case name', () => {
  expect(ask('linbo-upload/PC-07.new')).toEqual({
    kind: 'registration',
    path: 'PC-07.new',
    hostname: 'pc-07',
  })
})

it.each([
  ['start.conf.win', /uploads go to/],
  ['images/win.qcow2', /uploads go to/],
  ['images/win/deep/win.qcow2', /uploads go to/],
  ['images/win/linux.qcow2', /not a file of the image/],
  ['images/win/win.qcow2.macct', /not a file of the image/],
  ['images/win/win.iso', /not a file of the image/],
  ['images/wi.n/wi.n.qcow2', /dots/],
  ['images/tmp/tmp.qcow2', /images\/tmp/],
  ['../x.new', /exactly one file/],
  ['*.new', /exactly one file/],
  ['images/win/', /exactly one file/],
  ['', /exactly one file/],
  ['a_b.new', /host name/],
])('refuses %j', (path, why) => {
  expect(ask(`linbo-upload/${path}`)).toMatchObject({
    kind: 'refuse',
    reason: expect.stringMatching(why),
  })
})

it.each([
  '--delete',
  '--delete-during',
  '--remove-source-files',
  '--inplace',
  '--append',
  '--append-verify',
  '--backup',
  '--backup-dir=x',
  '--partial-dir=x',
  '--delay-updates',
  '--temp-dir=/tmp',
  '--link-dest=/',
  '--files-from=-',
  '--write-devices',
  '--copy-unsafe-links',
  '--never-heard-of',
  '-R',
  '-b',
  '-K',
])('refuses the option %s', (option) => {
  expect(ask('linbo-upload/images/win/win.qcow2', option)).toMatchObject({ kind: 'refuse' })
})

it('refuses downloads and several files', () => {
  const of = (...args: string[]) => {
    const request = readRequest([args])
    return request && decideUpload(request)
  }
  expect(of('--server', '--sender', '-e.L', '.', 'linbo-upload/x.new')).toMatchObject({
    kind: 'refuse',
  })
  expect(of('--server', '-e.L', '.', 'linbo-upload/x.new', 'linbo-upload/y.new')).toMatchObject({
    kind: 'refuse',
  })
})

it('knows a qcow2 header', () => {
  const header = new Uint8Array(104)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0x514649fb)
  view.setUint32(4, 3)
  view.setBigUint64(24, 1n)
  expect(whyNotQcow2(header)).toBeUndefined()
  view.setUint32(4, 4)
  expect(whyNotQcow2(header)).toMatch('version is 4')
  expect(whyNotQcow2(header.subarray(0, 20))).toMatch('too short')
  expect(whyNotQcow2(new Uint8Array(104))).toMatch('not a qcow2')
})

it('compares an info file with its image', () => {
  const text =
    '["win.qcow2" Info File]\ntimestamp="202601011200"\nimage="win.qcow2"\nimagesize="5"\n'
  expect(compareInfo(text, 'win.qcow2', 5)).toBeUndefined()
  expect(compareInfo(text, 'win.qcow2', 6)).toBe('win.qcow2.info says 5 bytes, win.qcow2 has 6')
  expect(compareInfo(text, 'win.qcow2', undefined)).toMatch('there is no win.qcow2')
  expect(compareInfo('x', 'win.qcow2', 5)).toMatch('win.qcow2.info: ')
})

it('names backups by the old image, and never the same twice', () => {
  const modified = new Date(2025, 0, 31, 23, 59)
  expect(backupName('timestamp="202512240815"', modified, () => false)).toBe('202512240815')
  expect(backupName('timestamp="24.12."', modified, () => false)).toBe('202501312359')
  expect(backupName(undefined, modified, (name) => name === '202501312359')).toBe('202502010000')
})
