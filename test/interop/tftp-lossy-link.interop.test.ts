import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeFolder, startLinbo } from '../bench/support/linbo.ts'
import { compile, stopServers } from '../bench/support/programs.ts'
import { createNamespace, type Namespace } from '../support/namespace.ts'
import { requireTool } from '../support/require.ts'
import { openWire, type Wire } from '../support/wire.ts'

/** Small in lock-step, where a block takes a round trip: 60 MB would take half an hour. */
const kernel = randomBytes(200_000)
const initramfs = randomBytes(1_500_000)
const addresses = ['10.69.0.1', '10.69.1.1', '10.69.1.2', '10.69.1.3']

requireTool(
  'ip',
  'cc',
  'curl',
  'atftp',
  'busybox',
)('the TFTP server on every address, behind 20 ms and 5 % loss', { timeout: 180_000 }, () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>
  let school: Namespace
  let room: Namespace
  let wire: Wire
  let port: string
  let reader: string
  let output: string

  beforeAll(async () => {
    folder = await makeFolder()
    output = join(folder.folder, 'output')
    await writeFile(join(folder.root, 'linbo64'), kernel)
    await writeFile(join(folder.root, 'linbofs64'), initramfs)
    reader = await compile('tftp-lossy.c')
    school = await createNamespace('school')
    room = await createNamespace('room')
    for (const address of addresses.slice(1)) {
      await school.run('ip', 'addr', 'add', `${address}/32`, 'dev', 'lo')
    }
    wire = await openWire(
      { space: school, device: 'lan0', address: '10.69.0.1/24' },
      { space: room, device: 'lan0', address: '10.69.0.2/24' },
      { delayMs: 10, lossPercent: 5, seed: 5 },
    )
    await room.run('ip', 'route', 'add', '10.69.1.0/24', 'via', '10.69.0.1')
    const settings = { LINBO_LOG_LEVEL: 'error', LINBO_SERVER_IP: '10.69.0.1' }
    const server = await startLinbo(folder.folder, { space: school, address: '0.0.0.0', settings })
    port = String(server.ports.tftp)
  })
  afterAll(async () => {
    const counts = await wire.close()
    await stopServers()
    for (const space of [room, school]) await space.remove()
    await folder.remove()
    // Otherwise nothing was shown.
    expect(Math.min(...counts.lost)).toBeGreaterThan(20)
  })

  /** Reads as a boot ROM does. */
  async function read(address: string, file: string, style: string, ...rest: string[]) {
    await rm(output, { force: true })
    const { lines } = await room.run(reader, address, port, file, style, ...rest, '150', output)
    const facts = JSON.parse(lines.at(-1)!) as { from: string; windowsize: number }
    return { ...facts, data: await readFile(output) }
  }

  it.each([
    ['GRUB', 'grub', '1024', '1', 'linbo64', kernel],
    ['iPXE', 'ipxe', '1432', '1', 'linbo64', kernel],
    ['UEFI firmware', 'edk2', '1468', '4', 'linbofs64', initramfs],
    ['RFC 7440', 'plain', '1468', '16', 'linbofs64', initramfs],
    ['RFC 7440 with a wide window', 'plain', '1468', '64', 'linbofs64', initramfs],
  ])('delivers to a client like %s', async (_, style, blksize, windowsize, file, content) => {
    const { data } = await read('10.69.0.1', file, style, blksize, windowsize)
    expect(data.equals(content)).toBe(true)
  })

  it.each([
    [
      'curl',
      'curl',
      (to: string) => [
        '-sS',
        '--tftp-blksize',
        '1468',
        '-o',
        output,
        `tftp://${to}:${port}/linbo64`,
      ],
    ],
    [
      'atftp',
      'atftp',
      (to: string) => [
        '--option',
        'blksize 1468',
        '--option',
        'windowsize 8',
        '-g',
        '-r',
        'linbo64',
        '-l',
        output,
        to,
        port,
      ],
    ],
    [
      'busybox',
      'busybox',
      (to: string) => ['tftp', '-b', '1468', '-g', '-r', 'linbo64', '-l', output, to, port],
    ],
  ] as const)('delivers to %s', async (_, program, words) => {
    await rm(output, { force: true })
    await room.run(program, ...words('10.69.1.2'))
    expect((await readFile(output)).equals(kernel)).toBe(true)
  })

  it.each(addresses)('answers from %s when it is asked there', async (address) => {
    await writeFile(join(folder.root, 'small'), 'menu')
    const { from, data } = await read(address, 'small', 'ipxe', '1432', '1')
    expect(from).toBe(address)
    expect(String(data)).toBe('menu')
  })

  it('is silent when everybody is asked at once (RFC 1123 4.2.3.5)', async () => {
    const words = ['10.69.0.255', port, 'linbo64', 'grub', '1024', '1', '3']
    const { lines } = await room.run(reader, ...words)
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ from: '', bytes: 0 })
  })
})
