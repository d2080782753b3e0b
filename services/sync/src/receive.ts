import { judgeUpload } from './outcome.ts'
import { readRequest } from './request.ts'
import { module } from './rsyncd-conf.ts'
import type { Asked } from './session.ts'
import { decideUpload, isImage } from './upload.ts'

const settleMs = 2000

/** Answers a request to the module `linbo-upload`: decide, receive beside, judge, publish. */
export async function serveUpload(asked: Asked): Promise<void> {
  const { parts, ip } = asked
  const { publisher, staging, log } = parts
  const machine = await parts.machines.find(ip)
  parts.seen(machine)
  const request = readRequest(asked.lists)
  const upload = request
    ? decideUpload(request)
    : { kind: 'refuse' as const, reason: 'these are not the arguments of an rsync client' }
  const begin = (file: string) =>
    parts.transfers.begin({ ...machine, direction: 'up', file, sizeBytes: null })
  const refuse = (file: string, reason: string) => {
    log.warn({ ip, host: machine.mac, file, reason }, 'upload refused')
    begin(file).finish('refused', reason, 0)
    return asked.refuse(reason)
  }
  if (!request || upload.kind === 'refuse') {
    const file = request?.paths[0]?.slice(module.uploads.length + 1) ?? ''
    return refuse(file, upload.kind === 'refuse' ? upload.reason : '')
  }
  const attempt = await staging.begin(upload)
  if (!attempt) return refuse(upload.path, `${upload.path} is being uploaded already`)
  let isOver = false
  try {
    await publisher.makeRoom(upload)
    const transfer = request.isDryRun ? undefined : begin(upload.path)
    const watched = parts.journal.expect(`${module.uploads}/${attempt.path}`)
    const { clientLeft } = await asked.pass(replacePath(asked.lists, attempt.path), {
      down() {},
      up: (bytes) => transfer?.add(bytes),
    })
    const report = await watched.settle(settleMs)
    if (!transfer) return
    const stagedBytes = await staging.sizeBytes(attempt)
    const outcome = judgeUpload(report, clientLeft, stagedBytes)
    const end = (result: typeof outcome.result, reason: string | null) => {
      const bytes = result === 'ok' ? (stagedBytes ?? transfer.bytes) : transfer.bytes
      transfer.finish(result, reason, bytes)
      const facts = { ip, host: machine.mac, file: upload.path, bytes, result, reason }
      if (result === 'ok') log.info(facts, 'upload published')
      else log.warn(facts, 'upload not published')
    }
    isOver = outcome.isDelivered
    if (!isOver) return end(outcome.result, outcome.reason)
    try {
      const { image, remark } = await publisher.publish(attempt, ip)
      end('ok', remark ?? null)
      if (image && upload.kind === 'image-file' && isImage(upload.type))
        parts.bus.publish('image.published', {
          image: image.name,
          sizeBytes: image.sizeBytes,
          host: machine.host,
        })
    } catch (error) {
      end('failed', error instanceof Error ? error.message : String(error))
    }
  } finally {
    await staging.end(attempt, isOver)
  }
}

/** The arguments with the path that is received into, by which the daemon's log is recognised too. */
function replacePath(lists: string[][], path: string): string[][] {
  const last = lists.at(-1) ?? []
  return [...lists.slice(0, -1), [...last.slice(0, -1), `${module.uploads}/${path}`]]
}
