import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMilestones, type Milestone } from './milestones.ts'

function recorded(name: string): string {
  return readFileSync(new URL(`../testdata/${name}.txt`, import.meta.url), 'utf8')
}
function read(text: string, size = text.length): Milestone[] {
  const next = createMilestones()
  const found: Milestone[] = []
  for (let at = 0; at < text.length; at += size) found.push(...next(text.slice(at, at + size)))
  return found
}
const texts = (found: Milestone[]) => found.flatMap((one) => one.text ?? [])
const percents = (found: Milestone[]) => found.flatMap((one) => one.percent ?? [])

describe('what a real client printed', () => {
  it('tells the stages of a format', () => {
    const found = read(recorded('format'))
    expect(texts(found)).toEqual([
      'linbo_partition_format',
      'linbo_partition',
      'Creating new gpt partition table on /dev/sda.',
      'linbo_format /dev/sda1',
      'Formatting /dev/sda1 with vfat ...',
      'linbo_format /dev/sda2',
      'Formatting /dev/sda2 with ext4 ...',
      'Creating filesystem with 153600 4k blocks and 38400 inodes',
      'Creating journal (4096 blocks): done',
      'linbo_format /dev/sda3',
      'Formatting /dev/sda3 with ext4 ...',
      'Creating filesystem with 384000 4k blocks and 96000 inodes',
      'Creating journal (8192 blocks): done',
      'linbo_format /dev/sda4',
      'Formatting /dev/sda4 with swap ...',
      'Finished partitioning of /dev/sda successfully!',
    ])
    expect(found.some((one) => one.problem)).toBe(false)
  })

  it('tells the stages of a sync', () => {
    const found = read(recorded('sync'))
    const shown = texts(found)
    for (const text of [
      'Syncing TinyLinux ...',
      'linbo_sync 1',
      'linbo_download_image tiny.qcow2',
      'tiny.qcow2 has not changed, nothing to do.',
      'Trying to download tiny.postsync ... not available.',
      'Unpacking: tiny.qcow2 -> /dev/sda2',
      'Check status of /dev/sda2 using tiny.qcow2.',
      'Starting sync of tiny.qcow2 to /dev/sda2.',
      'Syncing ... please wait ...',
      'Sync from tiny.qcow2 finished.',
      'Done.',
      '202611201154 applied: tiny.qcow2 "202611201100"',
      'UEFI system found.',
      'Partition /dev/sda2 - fstype ext4 --> label tiny ...  OK!',
    ]) {
      expect(shown).toContain(text)
    }
    expect(shown.some((text) => text.includes('linbo_mount'))).toBe(false)
    expect(percents(found)).toEqual([])
    expect(found.some((one) => one.problem)).toBe(false)
  })

  it('tells that an operating system starts', () => {
    expect(texts(read(recorded('start')))).toEqual([
      'Starting TinyLinux ...',
      'linbo_start 1',
      'Found kernel boot/vmlinuz on partition /dev/sda2.',
      'Initiating machine password update on server 10.20.30.1 ...',
      'Requesting upload of /tmp/linbo.log ...',
    ])
  })

  it('tells how far filling up, compressing and hashing are when an image is created', () => {
    const found = read(recorded('create-image'))
    const between = (from: string, to: string) => {
      const first = found.findIndex((one) => one.text?.startsWith(from))
      const last = found.findIndex((one) => one.text?.startsWith(to))
      expect(first).toBeGreaterThan(-1)
      expect(last).toBeGreaterThan(first)
      return percents(found.slice(first, last))
    }
    const filling = between('Filling up partition', 'Starting compression')
    expect(filling).toEqual([17, 34, 51, 62, 78, 92, 100, 100])
    const compressing = between('Starting compression', '202611201208 created')
    expect(compressing).toContain(12.1)
    expect(compressing[0]).toBe(0)
    expect(compressing.at(-1)).toBe(100)
    expect(compressing).toEqual([...compressing].sort((a, b) => a - b))
    const hashing = between('hashing 166 pieces', 'Creation of tiny.qcow2 finished.')
    expect(hashing.at(-1)).toBeGreaterThan(90)
    expect(found.some((one) => one.problem)).toBe(false)
  })

  it('tells which file is uploaded and how far it is', () => {
    const found = read(recorded('upload-image'))
    const sending = texts(found).filter((text) => text.startsWith('Sending '))
    expect(sending).toEqual([
      'Sending tiny.qcow2',
      'Sending tiny.qcow2.info',
      'Sending tiny.qcow2.desc',
      'Sending tiny.qcow2.hash',
      'Sending tiny.qcow2.torrent',
    ])
    expect(percents(found).slice(0, 2)).toEqual([0, 100])
    expect(texts(found).some((text) => text.startsWith('Successfully uploaded tiny.qcow2'))).toBe(
      true,
    )
  })

  it('tells how far a torrent is', () => {
    const found = read(recorded('initcache-torrent'))
    expect(percents(found)).toEqual([0, 0, 24, 24, 72, 100])
    expect(texts(found)).toContain('Starting torrent download for tiny.qcow2.')
    expect(texts(found)).toContain('Started seeder for tiny.qcow2.torrent.')
  })

  it.each(['format', 'sync', 'start', 'create-image', 'upload-image', 'initcache-torrent'])(
    'finds the same in %s when it comes in small pieces',
    (name) => {
      const whole = read(recorded(name))
      for (const size of [1, 7, 100]) {
        const pieces = read(recorded(name), size)
        expect(texts(pieces)).toEqual(texts(whole))
        expect(new Set(percents(pieces))).toEqual(
          new Set([...percents(whole), ...percents(pieces)]),
        )
        expect(percents(pieces)).toEqual(expect.arrayContaining(percents(whole)))
      }
    },
  )
})

describe('createMilestones', () => {
  it.each([
    ['Error!'],
    ['Failed.'],
    ['Failed to partition /dev/sda! Device is busy.'],
    ['Failed to upload tiny.qcow2 to 10.0.0.1.'],
    ['Fatal: start.conf not found!'],
    ['Cannot unmount /cache.'],
    ['Unable to mount /cache.'],
    ['Unknown image type!'],
    ['Creation of tiny.qcow2 failed. :('],
    ['tiny.qcow2 is not connectable!'],
    ['File images/x could not be downloaded.'],
    ['Local mode detected!'],
    ['Formatting /dev/sda1 with vfat ... Failed!'],
    ['@ERROR: auth failed on module linbo-upload'],
    ['rsync error: error in socket IO (code 10) at clientserver.c(139)'],
  ])('calls "%s" a problem', (line) => {
    expect(read(`${line}\r\n`)).toEqual([{ text: line, problem: line }])
  })

  it.each([
    ['Trying to download tiny.reg ... not available.'],
    ["dd: error writing '/mnt/zero.tmp': No space left on device"],
    ['Requesting upload of /tmp/linbo.log ...'],
  ])('calls "%s" no problem', (line) => {
    expect(read(`${line}\n`).some((one) => one.problem)).toBe(false)
  })

  it('reads the percentage of a line that is still open', () => {
    expect(read('\r     32,768   0%    0.00kB/s    0:00:00  ')).toEqual([{ percent: 0 }])
    expect(read('    (45.67/100%)')).toEqual([{ percent: 45.67 }])
  })

  it('takes no percentage from ordinary text', () => {
    expect(read('Disk is 100% full\n50%\n(50%)\n')).toEqual([])
  })

  it('stays small and calm whatever a client prints', () => {
    const next = createMilestones()
    next('x'.repeat(1_000_000))
    expect(next(`${'y'.repeat(1_000_000)}\nDone.\n`)).toEqual([{ text: 'Done.' }])
    expect(texts(read(`Creating ${'z'.repeat(3000)}\n`))[0]).toHaveLength(200)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const text = new TextDecoder().decode(bytes)
        for (const { percent } of read(text, 13)) {
          if (percent !== undefined) expect(percent >= 0 && percent <= 100).toBe(true)
        }
      }),
      { seed: 5, numRuns: 500 },
    )
  })
})
