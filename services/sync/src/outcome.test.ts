import type { Clock } from '@linbo/runtime'
import { expect, it } from 'vitest'
import { parseLogLine } from './daemon-log.ts'
import { Journal } from './journal.ts'
import { judgeDownload, judgeUpload } from './outcome.ts'

const now: Clock = {
  now: () => 0,
  after: (_ms, action) => {
    queueMicrotask(action)
    return () => {}
  },
}
const line = (pid: number, text: string) => `2026/11/20 15:16:47 [${pid}] ${text}`
const summary = 'sent 123 bytes  received 48 bytes  total size 6'

it.each([
  [
    'rsync on linbo/a b.conf from c17@UNDETERMINED (10.9.8.7)',
    { kind: 'request', isDownload: true, request: 'linbo/a b.conf', user: 'c17' },
  ],
  [
    'rsync to linbo-upload/x/1/x from linbo@pc01.lab (10.9.8.7)',
    { kind: 'request', isDownload: false, user: 'linbo' },
  ],
  [
    'send 10.9.8.7 linbo 6 start.conf.win',
    { kind: 'file', direction: 'send', sizeBytes: 6, file: 'start.conf.win' },
  ],
  [summary, { kind: 'summary' }],
  ['rsync error: timeout (code 30)', { kind: 'error' }],
  ['building file list', { kind: 'other' }],
  ['rsync: [sender] write error: Broken pipe (32)', { kind: 'problem' }],
])('reads the log line %j', (text, found) =>
  expect(parseLogLine(line(7, text))).toMatchObject({ pid: 7, ...found }),
)

it('puts the lines of connections together, however they are mixed', async () => {
  const journal = new Journal(now)
  const [one, two] = [journal.expect('c1'), journal.expect('c2')]
  for (const [pid, text] of [
    [10, 'rsync on linbo/x from c1@UNDETERMINED (10.0.0.1)'],
    [11, 'rsync on linbo/x from c2@UNDETERMINED (10.0.0.1)'],
    [11, 'send 10.0.0.1 linbo 5 x'],
    [10, 'rsync: [sender] link_stat "/x" (in linbo) failed: No such file or directory (2)'],
    [12, 'send 10.0.0.1 linbo 99 y'],
    [10, summary],
    [11, summary],
  ] as const)
    journal.take(line(pid, text))
  expect(await two.settle(100)).toEqual({ isComplete: true, files: [5], problems: [] })
  expect(judgeDownload(await one.settle(100), false)).toMatchObject({ result: 'missing' })
})

it('does not trust a summary that an error follows', async () => {
  const journal = new Journal(now)
  const watched = journal.expect('c1')
  journal.take(line(10, 'rsync on linbo/x from c1@UNDETERMINED (10.0.0.1)'))
  journal.take(line(10, summary))
  journal.take(line(10, 'rsync error: error in socket IO (code 10) at io.c(949) [sender=3.5.0]'))
  expect((await watched.settle(100)).isComplete).toBe(false)
})

it('gives up on a daemon that says nothing more', async () => {
  const report = await new Journal(now).expect('c1').settle(100)
  expect(judgeDownload(report, false)).toMatchObject({ result: 'failed', isDelivered: false })
  expect(judgeDownload(report, true)).toMatchObject({ result: 'aborted', isDelivered: false })
})

it.each([
  ['delivered', { isComplete: true, files: [6], problems: [] }, 'ok', true],
  ['unchanged', { isComplete: true, files: [], problems: [] }, 'ok', false],
  ['partly missing', { isComplete: true, files: [6], problems: ['x (2)'] }, 'failed', false],
  [
    'unreadable',
    { isComplete: true, files: [], problems: ['Permission denied (13)'] },
    'failed',
    false,
  ],
])('judges a download: %s', (_name, report, result, isDelivered) =>
  expect(judgeDownload(report, false)).toMatchObject({ result, isDelivered }),
)

it.each([
  ['whole', { isComplete: true, files: [6], problems: [] }, false, 6, 'ok'],
  ['cut', { isComplete: false, files: [6], problems: [] }, true, 6, 'aborted'],
  ['daemon died', { isComplete: false, files: [], problems: [] }, false, 6, 'failed'],
  ['nothing sent', { isComplete: true, files: [], problems: [] }, false, 6, 'failed'],
  ['too short', { isComplete: true, files: [6], problems: [] }, false, 5, 'failed'],
  ['two files', { isComplete: true, files: [6, 6], problems: [] }, false, 6, 'failed'],
  ['no plain file', { isComplete: true, files: [6], problems: [] }, false, undefined, 'failed'],
  [
    'failed verification',
    { isComplete: true, files: [6], problems: ['ERROR: x failed verification'] },
    false,
    6,
    'failed',
  ],
] as const)('judges an upload: %s', (_name, report, clientLeft, bytes, result) => {
  const judged = judgeUpload(
    { ...report, files: [...report.files], problems: [...report.problems] },
    clientLeft,
    bytes,
  )
  expect(judged).toMatchObject({ result, isDelivered: result === 'ok' })
})
