import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyImageFile, imagePath } from './image-files.ts'

describe('classifyImageFile', () => {
  it.each([
    ['images/win11/win11.qcow2', 'qcow2', 'win11'],
    ['win11/win11.qdiff', 'qdiff', 'win11'],
    ['/images/live/live.iso', 'iso', 'live'],
    ['images/win11/win11.qcow2.info', 'info', 'win11.qcow2'],
    ['images/win11/win11.qdiff.info', 'info', 'win11.qdiff'],
    ['images/win11/win11.qcow2.desc', 'desc', 'win11.qcow2'],
    ['images/win11/win11.qcow2.torrent', 'torrent', 'win11.qcow2'],
    ['images/win11/win11.qcow2.hash', 'hash', 'win11.qcow2'],
    ['images/win11/win11.qcow2.macct', 'macct', 'win11.qcow2'],
    ['images/win11/win11.qcow2.vdi', 'vdi', 'win11.qcow2'],
    ['images/win11/win11.reg', 'reg', 'win11'],
    ['images/win11/win11.postsync', 'postsync', 'win11'],
    ['images/win11/win11.qcow2.postsync', 'postsync', 'win11.qcow2'],
    ['images/win11/win11.prestart', 'prestart', 'win11'],
    ['images/win11/win11.driverpostsync', 'driverpostsync', 'win11'],
  ])('%s is %s of %s', (path, kind, of) => {
    const base = of.split('.')[0]
    expect(classifyImageFile(path)).toEqual({ base, kind, of, file: path.split('/').at(-1) })
  })

  it('finds files in a backup', () => {
    expect(classifyImageFile('images/win11/backups/202611201500/win11.qcow2')).toEqual({
      base: 'win11',
      kind: 'qcow2',
      of: 'win11',
      file: 'win11.qcow2',
      backup: '202611201500',
    })
  })

  it.each([
    '',
    'images',
    'images/win11',
    'images/win11/',
    'images/win11/win10.qcow2',
    'images/win11/win11.info',
    'images/win11/win11.qcow2.info.old',
    'images/win11/.win11.qcow2.AbC123',
    'images/win11/win11.qcow2.BAK',
    'images/../../etc/passwd',
    'images/win11/backups/../win11.qcow2',
    'images/win11/other/win11.qcow2',
    'images/tmp/win11.qcow2',
  ])('%j is none', (path) => {
    expect(classifyImageFile(path)).toBeUndefined()
  })

  it('never throws and never answers for a path that climbs', () => {
    const part = fc.oneof(fc.constantFrom('..', 'images', 'a', 'a.qcow2', 'backups'), fc.string())
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const found = classifyImageFile(parts.join('/'))
        if (found) expect(parts.join('/').split('/')).not.toContain('..')
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('imagePath', () => {
  it('puts an image into the folder of its base name', () => {
    expect(imagePath('win11.qdiff')).toBe('images/win11/win11.qdiff')
    expect(classifyImageFile(imagePath('win11.qcow2'))).toMatchObject({ kind: 'qcow2' })
  })
})
