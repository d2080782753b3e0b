import { roleOf } from '@linbo/boot'
import type { Logger } from '@linbo/log'
import { type Clock, openUdp } from '@linbo/runtime'
import { Blocks, blocksPerChunk, type Content, type FrameCache } from './blocks.ts'
import type { TftpConfig } from './config.ts'
import type { BootFile, Files } from './files.ts'
import type { Door } from './listeners.ts'
import { negotiate } from './options.ts'
import { ErrorCode, encode } from './packet.ts'
import type { Poll } from './poll.ts'
import type { Report, TransferReport } from './report.ts'
import type { ReadRequest } from './request.ts'
import { type Client, type Ending, Session } from './session.ts'
import { maxTextBytes, openText } from './text-content.ts'
import { deliveredBytes, isAllSent, type Transfer } from './transfer.ts'

/** What all work shares. */
export interface Tools {
  config: TftpConfig
  files: Files
  cache: FrameCache
  poll: Poll
  report: Report
  clock: Clock
  log: Logger
}

/** A read request that is allowed. */
export interface Wish {
  /** Path below LINBO_DIR. */
  path: string
  /** netascii instead of octet. */
  isText: boolean
  request: ReadRequest
  client: Client
  door: Door
}

/** One read request, from its acceptance until nothing of it is left. */
export class Work {
  readonly wish: Wish
  /** Resolves when socket, timer and file are gone. Never rejects. */
  readonly done: Promise<void>
  readonly #begun: number
  readonly #tools: Tools
  #session: Session | undefined
  #isCancelled = false

  constructor(tools: Tools, wish: Wish) {
    this.#tools = tools
    this.wish = wish
    this.#begun = tools.clock.now()
    this.done = this.#run().catch((err) => {
      tools.log.error({ err, ip: wish.client.address, file: wish.path }, 'transfer broke off')
    })
  }

  /** True when the client had the time to acknowledge something and did not: it may not even exist. */
  get isHalfOpen(): boolean {
    if (this.#session?.transfer.confirmed) return false
    const { clock, config } = this.#tools
    return clock.now() - this.#begun >= config.LINBO_TFTP_TIMEOUT_MS
  }

  /** True when the client may have everything, because only the last acknowledgement is missing. */
  get isAllSent(): boolean {
    return this.#session !== undefined && isAllSent(this.#session.transfer)
  }

  cancel(reason: string, tell: boolean): void {
    this.#isCancelled = true
    this.#session?.stop({ result: 'aborted', reason, tell })
  }

  async #run(): Promise<void> {
    const { path, client } = this.wish
    const opened = await this.#tools.files.open(path)
    if (opened.kind === 'file') {
      try {
        await this.#deliver(opened.file)
      } finally {
        await opened.file.release()
      }
      return
    }
    if (this.#isCancelled) return
    this.#tools.log.debug(
      { ip: client.address, file: path, reason: opened.reason },
      'file not served',
    )
    if (opened.kind === 'missing') this.#refuse(ErrorCode.notFound, 'file not found')
    else this.#refuse(ErrorCode.accessViolation, 'access violation')
    const role = roleOf(path)
    if (!role?.required) return
    this.#tools.report.bootStep(client.address, role, false, `${path}: ${opened.reason}`)
  }

  async #deliver(file: BootFile): Promise<void> {
    const { config, clock, poll } = this.#tools
    const { request, isText, client, door } = this.wish
    const limits = {
      maxBlksize: config.LINBO_TFTP_MAX_BLKSIZE,
      maxWindowsize: config.LINBO_TFTP_MAX_WINDOWSIZE,
    }
    const { blksize } = negotiate(request.options, file.sizeBytes, limits)
    let content: Content = file
    if (isText) {
      if (file.sizeBytes > maxTextBytes) {
        this.#refuse(ErrorCode.undefined, 'too large for netascii, ask for it in octet')
        return
      }
      content = await openText(file, blksize * blocksPerChunk(blksize))
    }
    const granted = negotiate(request.options, content.sizeBytes, limits)
    let session: Session | undefined
    const socket = await openUdp({
      port: 0,
      ...(door.address ? { address: door.address } : {}),
      purpose: 'TFTP transfer',
      onMessage: (bytes, from) => {
        poll.touch()
        session?.receive(bytes, from)
      },
    })
    if (this.#isCancelled) return socket.close()
    const blocks = new Blocks(content, blksize, this.#tools.cache)
    const report = this.#tools.report.transfer(client.address, this.wish.path, content.sizeBytes)
    const ended = Promise.withResolvers<Ending>()
    const begun = clock.now()
    session = new Session(socket, {
      client,
      plan: {
        sizeBytes: content.sizeBytes,
        blksize,
        windowsize: granted.windowsize,
        hasOack: granted.oack.size > 0,
        fixedMs: granted.timeoutSeconds ? granted.timeoutSeconds * 1000 : undefined,
        timeoutMs: config.LINBO_TFTP_TIMEOUT_MS,
        retries: config.LINBO_TFTP_RETRIES,
      },
      oack: granted.oack,
      blocks,
      clock,
      onProgress: (transfer) => {
        report.started()
        report.progress(deliveredBytes(transfer))
      },
      onEnd: (_, ending) => ended.resolve(ending),
    })
    this.#session = session
    session.start()
    const ending = await ended.promise
    await session.close()
    this.#tell(report, session.transfer, ending, clock.now() - begun)
  }

  #tell(report: TransferReport, transfer: Transfer, ending: Ending, ms: number): void {
    const { result, reason } = ending
    const { path, client } = this.wish
    const bytes = deliveredBytes(transfer)
    const facts = {
      ip: client.address,
      file: path,
      bytes,
      ms: Math.round(ms),
      retransmissions: transfer.retransmissions,
      ...(reason ? { reason } : {}),
    }
    // UEFI firmware first asks only for the size and hangs up; GRUB opens files that it then does not want.
    if (result === 'aborted' && !transfer.confirmed) {
      this.#tools.log.debug(facts, 'request withdrawn')
      return
    }
    this.#tools.log.info(facts, `transfer ${result === 'ok' ? 'finished' : result}`)
    report.finished(result, bytes, reason)
    const role = roleOf(path)
    if (!role || result === 'aborted') return
    const detail = `${path}: ${reason ?? `${bytes} bytes in ${facts.ms} ms`}`
    this.#tools.report.bootStep(client.address, role, result === 'ok', detail)
  }

  #refuse(code: number, message: string): void {
    this.wish.door.answer(encode({ op: 'error', code, message }), this.wish.client)
  }
}
