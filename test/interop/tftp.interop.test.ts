import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryBus } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import { type Database, openDatabase } from '@linbo/db'
import { silentLog } from '@linbo/log'
import { type Service, spawnChild } from '@linbo/runtime'
import { createTftpService, schema } from '@linbo/tftp'
import tftp from 'tftp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LossyLink, openLossyLink } from '../support/lossy.ts'
import { requireTool } from '../support/require.ts'

const big = randomBytes(5 * 1024 * 1024)
const small = randomBytes(200_000)

let folder: string
let output: string
let database: Database
let service: Service
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-interop-'))
  const root = join(folder, 'linbo')
  await mkdir(join(root, 'boot/grub'), { recursive: true })
  await writeFile(join(root, 'linbofs64'), big)
  await writeFile(join(root, 'boot/grub/core'), small)
  await writeFile(join(root, 'boot/grub/grub.cfg'), 'set timeout=0\nmenuentry LINBO {}\n')
  await writeFile(join(root, 'empty'), '')
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
  const { values } = load(
    { ...suite(folder), ...schema },
    { LINBO_DIR: root, LINBO_TFTP_PORT: '0', LINBO_LISTEN: '127.0.0.1' },
  )
  const bus = createMemoryBus()
  service = createTftpService({ config: values, db: database.db, bus, log: silentLog })
  await service.start()
  port = Number(service.health().facts?.port)
})
afterAll(async () => {
  await service.stop()
  await database.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  output = join(await mkdtemp(join(folder, 'out-')), 'file')
})

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Runs a program; resolves with its exit code and everything it printed. */
async function runTool(command: string, ...args: string[]) {
  const lines: string[] = []
  const child = spawnChild({ command, args, onLine: (line) => lines.push(line) })
  const code = await child.exited
  return { code, text: lines.join('\n') }
}

async function expectDelivered(content: Uint8Array) {
  expect(hash(await readFile(output))).toBe(hash(content))
}

interface Tool {
  program: string
  debianPackage: string
  /** Arguments to fetch `file` into `output`. */
  args(file: string, toPort: number): string[]
  variants: [string, string[]][]
  /** For the bad link: with larger blocks, because a lost packet can cost these clients seconds of their own. */
  lossy: string[]
  /** How it says that a file is missing: what it prints, or its exit code. */
  missing: RegExp | number
}

const host = '127.0.0.1'
const tools: Tool[] = [
  {
    program: 'atftp',
    debianPackage: 'atftp',
    args: (file, to) => ['-g', '-r', file, '-l', output, host, `${to}`],
    variants: [
      ['without options', []],
      ['with blksize and tsize', ['--option', 'blksize 1428', '--option', 'tsize 0']],
      ['with a window', ['--option', 'blksize 1468', '--option', 'windowsize 16']],
      ['with the largest blocks', ['--option', 'blksize 65464']],
      [
        'with every option',
        [
          '--option',
          'tsize 0',
          '--option',
          'timeout 3',
          '--option',
          'blksize 8192',
          '--option',
          'windowsize 4',
        ],
      ],
    ],
    lossy: ['--option', 'blksize 1428'],
    missing: /file not found/i,
  },
  {
    program: 'tftp',
    debianPackage: 'tftp-hpa',
    args: (file, to) => ['-m', 'octet', host, `${to}`, '-c', 'get', file, output],
    variants: [['without options', []]],
    lossy: [],
    missing: /file not found/i,
  },
  {
    program: 'busybox',
    debianPackage: 'busybox',
    args: (file, to) => ['-g', '-r', file, '-l', output, host, `${to}`],
    variants: [
      ['without options', ['tftp']],
      ['with blksize', ['tftp', '-b', '1468']],
      ['with large blocks', ['tftp', '-b', '32768']],
    ],
    lossy: ['tftp', '-b', '1468'],
    missing: /file not found|server error: \(1\)/i,
  },
  {
    program: 'curl',
    debianPackage: 'curl',
    args: (file, to) => ['-sS', '-o', output, `tftp://${host}:${to}/${file}`],
    variants: [
      ['without options', ['--tftp-no-options']],
      ['with tsize, blksize and timeout', []],
      ['with larger blocks', ['--tftp-blksize', '8192']],
    ],
    lossy: [],
    missing: 68,
  },
]

for (const tool of tools) {
  requireTool(tool.program)(`${tool.debianPackage} against our server`, () => {
    it.each(tool.variants)('reads 5 MB %s', async (_, options) => {
      const run = await runTool(tool.program, ...options, ...tool.args('linbofs64', port))
      expect(run).toMatchObject({ code: 0 })
      await expectDelivered(big)
    })

    it.each(tool.variants)('reads an empty file %s', async (_, options) => {
      await runTool(tool.program, ...options, ...tool.args('empty', port))
      // curl makes no file when nothing came.
      const got = await readFile(output).catch(() => Buffer.alloc(0))
      expect(got).toHaveLength(0)
    })

    it('learns that a file is missing', async () => {
      const options = tool.variants[0]?.[1] ?? []
      const run = await runTool(tool.program, ...options, ...tool.args('nothing', port))
      if (typeof tool.missing === 'number') expect(run.code).toBe(tool.missing)
      else expect(run.text).toMatch(tool.missing)
    })

    it('reads over a link that loses 10 % of the packets', async () => {
      const link = await openLossyLink({ port, seed: 10, loss: 0.1, repeat: 0.02, reorder: 0.02 })
      try {
        const args = tool.args('boot/grub/core', link.port)
        await runTool(tool.program, ...tool.lossy, ...args)
        await expectDelivered(small)
        expect(link.counts.lost).toBeGreaterThan(20)
      } finally {
        await link.close()
      }
    }, 120_000)
  })
}

requireTool('tftp')('tftp-hpa against our server, in netascii', () => {
  it('reads text unchanged', async () => {
    const args = ['-m', 'netascii', host, `${port}`, '-c', 'get', 'boot/grub/grub.cfg', output]
    expect((await runTool('tftp', ...args)).code).toBe(0)
    expect(await readFile(output, 'utf8')).toBe('set timeout=0\nmenuentry LINBO {}\n')
  })

  it('is not allowed to write', async () => {
    await writeFile(output, 'x')
    const args = ['-m', 'octet', host, `${port}`, '-c', 'put', output, 'linbofs64']
    expect((await runTool('tftp', ...args)).text).toMatch(/read-only/)
    expect(hash(await readFile(join(folder, 'linbo/linbofs64')))).toBe(hash(big))
  })
})

describe("npm's tftp client against our server", () => {
  let link: LossyLink | undefined
  afterEach(async () => {
    await link?.close()
    link = undefined
  })

  /** Fetches through the client's stream. */
  async function get(file: string, options: Record<string, unknown>, toPort = port) {
    const client = tftp.createClient({ host, port: toPort, ...options })
    const stream = client.createGetStream(file)
    const sink = createWriteStream(output)
    const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
    stream.pipe(sink)
    await Promise.race([once(sink, 'finish'), failed])
  }

  it.each([
    ['in lock-step', { blockSize: 512, windowSize: 1 }],
    ['with its usual window', { blockSize: 1468, windowSize: 4 }],
    ['with a large window', { blockSize: 1468, windowSize: 64 }],
  ])('reads 5 MB %s', async (_, options) => {
    await get('linbofs64', options)
    await expectDelivered(big)
  })

  it('reads an empty file', async () => {
    await get('empty', {})
    await expectDelivered(Buffer.alloc(0))
  })

  it('learns that a file is missing', async () => {
    await expect(get('nothing', {})).rejects.toThrow(/not found/i)
  })

  it('reads over a link that loses 10 % of the packets', async () => {
    link = await openLossyLink({ port, seed: 11, loss: 0.1 })
    // In lock-step: with a window this client never finishes after a loss, because it leaves the window's end behind.
    const options = { blockSize: 1468, windowSize: 1, timeout: 300, retries: 50 }
    // This client gives up when it is sent an OACK twice, which its own lost ACK brings about: it then asks again.
    let failure: unknown = 'not tried'
    for (let attempt = 0; failure && attempt < 5; attempt++) {
      failure = await get('boot/grub/core', options, link.port).catch((error: Error) => error)
    }
    expect(failure).toBeUndefined()
    await expectDelivered(small)
    expect(link.counts.lost).toBeGreaterThan(10)
  }, 120_000)
})
