import type { PinnedBootSets } from '@linbo/boot/boot-sets-pinned'
import { roleOf } from '@linbo/boot/file-role'
import type { Destination } from '@linbo/runtime/datagrams'
import { Blocks, blocksPerChunk, type Content, type FrameCache } from './blocks.ts'
import type { EngineConfig } from './engine.ts'
import type { BootFile, Files } from './files.ts'
import type { Loop } from './loop.ts'
import type { LossMemory } from './loss.ts'
import { type News, TransferNews } from './news.ts'
import { type Granted, negotiate } from './options.ts'
import { ErrorCode } from './packet.ts'
import { clientKey, type TransferPorts } from './ports.ts'
import type { ReadRequest } from './request.ts'
import { type Ending, Session } from './session.ts'
import { maxTextBytes, openText } from './text-content.ts'
import { deliveredBytes, isAllSent, retries, type Transfer } from './transfer.ts'

/** What all work shares. */
export interface Tools {
  config: EngineConfig
  files: Files
  bootSets: PinnedBootSets
  cache: FrameCache
  ports: TransferPorts
  loop: Loop
  tell(news: News): void
  loss: LossMemory
  now(): number
}

/** A read request that is allowed. */
export interface Wish {
  /** Path below LINBO_DIR. */
  path: string
  /** netascii instead of octet. */
  isText: boolean
  request: ReadRequest
  client: Destination
  /** The client's address as text. */
  ip: string
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
    this.#begun = tools.now()
    this.done = this.#run().catch((error) => {
      const facts = { ip: wish.ip, file: wish.path, err: error }
      tools.tell({ type: 'log', level: 'error', facts, text: 'transfer broke off' })
    })
  }

  /** True when the client had the time to acknowledge something and did not: it may not even exist. */
  get isHalfOpen(): boolean {
    if (this.#session?.transfer.confirmed) return false
    const { now, config } = this.#tools
    return now() - this.#begun >= config.LINBO_TFTP_TIMEOUT_MS
  }

  /** True when the client may have everything, because only the last acknowledgement is missing. */
  get isAllSent(): boolean {
    return this.#session !== undefined && isAllSent(this.#session.transfer)
  }

  cancel(reason: string, tell: boolean): void {
    this.#isCancelled = true
    this.#session?.stop({ result: 'aborted', reason, tell })
  }

  /** Looks whether something has to be sent again. */
  tick(now: number): void {
    this.#session?.tick(now)
  }

  async #run(): Promise<void> {
    const { path, ip } = this.wish
    const pinned = this.#tools.bootSets.take(ip, path)
    try {
      await this.#answer(pinned?.path ?? path)
    } finally {
      pinned?.release()
    }
  }

  /** @param at where the file is for this client */
  async #answer(at: string): Promise<void> {
    const { path, ip } = this.wish
    const { files, loop, tell } = this.#tools
    const opened = await loop.during(files.open(path, at))
    if (opened.kind === 'file') {
      try {
        await this.#deliver(opened.file)
      } finally {
        await opened.file.release()
      }
      return
    }
    if (this.#isCancelled) return
    const facts = { ip, file: path, reason: opened.reason }
    tell({ type: 'log', level: 'debug', facts, text: 'file not served' })
    if (opened.kind === 'missing') this.#refuse(ErrorCode.notFound, 'file not found')
    else this.#refuse(ErrorCode.accessViolation, 'access violation')
    const role = roleOf(path)
    if (!role?.required) return
    const detail = `${path}: ${opened.reason}`
    tell({ type: 'step', ip, role, file: path, ok: false, detail, cause: 'file-missing' })
  }

  async #deliver(file: BootFile): Promise<void> {
    const { config, loop } = this.#tools
    const { options } = this.wish.request
    const limits = {
      maxBlksize: config.LINBO_TFTP_MAX_BLKSIZE,
      maxWindowsize: Math.min(
        config.LINBO_TFTP_MAX_WINDOWSIZE,
        this.#tools.loss.longestWindow(this.wish.client.address),
      ),
    }
    const { blksize } = negotiate(options, file.sizeBytes, limits)
    let content: Content = file
    if (this.wish.isText) {
      if (file.sizeBytes > maxTextBytes) {
        this.#refuse(ErrorCode.undefined, 'too large for netascii, ask for it in octet')
        return
      }
      content = await loop.during(openText(file, blksize * blocksPerChunk(blksize)))
    }
    if (this.#isCancelled) return
    await this.#send(content, negotiate(options, content.sizeBytes, limits))
  }

  async #send(content: Content, granted: Granted): Promise<void> {
    const { config, loop, now, ports, tell } = this.#tools
    const { client, ip, path } = this.wish
    const { blksize, windowsize, oack, timeoutSeconds } = granted
    const news = new TransferNews(tell, now, { ip, file: path, sizeBytes: content.sizeBytes })
    const ended = Promise.withResolvers<Ending>()
    const begun = now()
    const session = new Session({
      client,
      port: ports.take(clientKey(client)),
      plan: {
        sizeBytes: content.sizeBytes,
        blksize,
        windowsize,
        hasOack: oack.size > 0,
        fixedMs: timeoutSeconds ? timeoutSeconds * 1000 : undefined,
        timeoutMs: config.LINBO_TFTP_TIMEOUT_MS,
        retries: config.LINBO_TFTP_RETRIES,
      },
      oack,
      blocks: new Blocks(content, blksize, this.#tools.cache, (load) => loop.during(load)),
      now,
      onProgress: (transfer) => news.progress(deliveredBytes(transfer)),
      onEnd: (ending) => {
        ended.resolve(ending)
        loop.yield()
      },
    })
    this.#session = session
    session.start()
    const ending = await ended.promise
    session.close()
    this.#tools.loss.learn(client.address, session.transfer.acked, retries(session.transfer))
    this.#tell(news, session.transfer, ending, Math.round(now() - begun))
  }

  #tell(news: TransferNews, transfer: Transfer, ending: Ending, ms: number): void {
    const { result, reason, isSilent } = ending
    const { path, ip } = this.wish
    const { tell } = this.#tools
    const bytes = deliveredBytes(transfer)
    const again = retries(transfer)
    const facts = { ip, file: path, bytes, ms, retries: again, ...(reason ? { reason } : {}) }
    // UEFI firmware first asks only for the size and hangs up; GRUB opens files that it then does not want.
    if (result === 'aborted' && !transfer.confirmed) {
      tell({ type: 'log', level: 'debug', facts, text: 'request withdrawn' })
      return
    }
    const text = `transfer ${result === 'ok' ? 'finished' : result}`
    tell({ type: 'log', level: 'info', facts, text })
    news.finished({ result, bytes, retries: again, reason })
    const role = roleOf(path)
    if (!role || result === 'aborted') return
    const detail = `${path}: ${reason ?? `${bytes} bytes in ${ms} ms`}`
    const cause = isSilent ? { cause: 'client-silent' as const } : {}
    tell({ type: 'step', ip, role, file: path, ok: result === 'ok', detail, ...cause })
  }

  #refuse(code: number, message: string): void {
    const { client } = this.wish
    this.#tools.ports.take(clientKey(client)).refuse(client, code, message)
  }
}
