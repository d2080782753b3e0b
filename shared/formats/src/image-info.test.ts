import { describe, expect, it } from 'vitest'
import { parseImageInfo, printImageInfo } from './image-info.ts'

const base = `["debian13.qcow2" Info File]
timestamp="202611201503"
image="debian13.qcow2"
imagesize="43646976"
partition="/dev/vda2"
partitionsize="614400"
`
const qdiff = `["debian13.qdiff" Info File]
timestamp="202611211200"
image="debian13.qdiff"
imagesize="196624"
partition="/dev/vda2"
partitionsize="614400"
backingfile_timestamp="202611201503"
`
const iso = `[rescue.iso Info File]
timestamp="202611201503"
image="rescue.iso"
imagesize="1048576"
`

describe('image info', () => {
  it.each([
    ['a base image', base],
    ['a differential image', qdiff],
    ['an ISO image', iso],
  ])('prints %s byte for byte as it was read', (_name, text) => {
    expect(printImageInfo(parseImageInfo(text))).toBe(text)
  })

  it('reads the values', () => {
    expect(parseImageInfo(qdiff)).toEqual({
      timestamp: '202611211200',
      image: 'debian13.qdiff',
      imageSizeBytes: 196624,
      partition: '/dev/vda2',
      partitionSizeKib: 614400,
      backingfileTimestamp: '202611201503',
    })
  })

  it.each([
    ['an empty text', ''],
    ['another file', '{"image": 1}'],
    ['no size', base.replace(/^imagesize.*\n/m, '')],
    ['a size in words', base.replace('43646976', 'big')],
    ['a size no disk has', base.replace('43646976', '9'.repeat(20))],
    ['half a file', base.slice(0, 60)],
  ])('refuses %s', (_name, text) => {
    expect(() => parseImageInfo(text)).toThrow(expect.objectContaining({ name: 'ImageInfoError' }))
  })
})
