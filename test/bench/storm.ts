import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { spawnChild } from '@linbo/runtime'
import { type ServerAddress, sampleStartConf } from '@linbo/simulator'
import { freePort } from '../support/postgres.ts'
import { startField } from './storm-field.ts'
import { type Storm, type StormShape, stormReport } from './storm-report.ts'
import {
  type RoomTask,
  type StormLine,
  stormGroup,
  stormMachines,
  stormNetwork,
} from './storm-task.ts'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { cpuSeconds, peakMegabytes } from './support/processes.ts'
import { stopServers } from './support/programs.ts'
import type { Report } from './support/turns.ts'

const room = resolve(import.meta.dirname, 'storm-room.ts')
/** Until a room's process is there. */
const headStartMs = 3000

/** What may be set by `name=value` on the command line; sizes in MB. */
const standard: StormShape = { machines: 300, rooms: 2, kernel: 1, initramfs: 4, gui: 1 }

/**
 * Every machine of a school switched on at once: DHCP, core image, GRUB, kernel and initramfs, DHCP again, rsync, SSH,
 * logs. Against the suite with kernel and initramfs by TFTP and by HTTP, and against dnsmasq with a plain rsync daemon.
 */
export async function benchStorm(_rounds: number, wanted: Map<string, number>): Promise<Report> {
  const shape = { ...standard }
  for (const name of Object.keys(standard) as (keyof StormShape)[]) {
    shape[name] = wanted.get(name) ?? standard[name]
  }
  const storms: Storm[] = []
  for (const by of ['tftp', 'http'] as const) storms.push(await againstSuite(shape, by))
  const field = await againstField(shape)
  if (field) storms.push(field)
  return stormReport(shape, storms)
}

async function againstSuite(shape: StormShape, by: 'tftp' | 'http'): Promise<Storm> {
  const { folder, root, remove } = await makeFolder()
  const [dhcpPort, sshPort] = [await freePort(), await freePort()]
  try {
    const { child, ports } = await startLinbo(folder, {
      settings: {
        LINBO_DHCP: 'full',
        LINBO_DHCP_INTERFACE: 'lo',
        LINBO_DHCP_SUBNETS: stormNetwork,
        LINBO_DHCP_PORT: String(dhcpPort),
        LINBO_CLIENT_SSH_PORT: String(sshPort),
      },
    })
    await enrol(folder, ports.http, shape.machines)
    await layDown(root, shape)
    const server: ServerAddress = {
      ...{ ip: '127.0.0.1', tftpPort: ports.tftp, rsyncPort: ports.rsync, dhcpPort, sshPort },
      ...(by === 'http' ? { httpPort: ports.http } : {}),
    }
    return await storm(`suite, ${by.toUpperCase()}`, shape, server, [child.pid!])
  } finally {
    await stopServers()
    await remove()
  }
}

/** On the tree that the suite makes, so that everybody serves the same files. */
async function againstField(shape: StormShape): Promise<Storm | undefined> {
  const { folder, root, remove } = await makeFolder()
  try {
    const { ports } = await startLinbo(folder)
    await enrol(folder, ports.http, shape.machines)
    await layDown(root, shape)
    await stopServers()
    const field = await startField(folder, root, stormMachines(shape.machines))
    return field && (await storm('dnsmasq, rsyncd', shape, field.server, field.pids))
  } finally {
    await stopServers()
    await remove()
  }
}

async function enrol(folder: string, port: number, count: number): Promise<void> {
  const token = (await readFile(join(folder, 'data', 'admin-token'), 'utf8')).trim()
  const send = async (method: string, path: string, type: string, body: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const url = `http://127.0.0.1:${port}/api/v1${path}`
    const answer = await fetch(url, { method, headers, body })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text
  }
  const conf = sampleStartConf(stormGroup, 'none')
  await send('PUT', `/groups/${stormGroup}/start-conf`, 'text/plain', conf)
  const rows = stormMachines(count).map(
    ({ hostname, group, mac, ip }) =>
      `hall;${hostname};${group};${mac};${ip};;;;classroom-studentcomputer;;1;;;;`,
  )
  const text = await send('POST', '/hosts/import', 'text/csv', `${rows.join('\n')}\n`)
  const { refused } = JSON.parse(text) as { refused: { message: string }[] }
  if (refused[0]) throw new Error(`a machine was refused: ${refused[0].message}`)
}

/** What LINBO would fetch, with sizes of our choice. Core images are the suite's own, where it could make them. */
async function layDown(root: string, shape: StormShape): Promise<void> {
  const files: Record<string, Uint8Array> = {
    linbo64: randomBytes(shape.kernel * 1e6),
    linbofs64: randomBytes(shape.initramfs * 1e6),
    'linbo64.md5': Buffer.from('0\n'),
    'linbofs64.md5': Buffer.from('0\n'),
    'gui/linbo_gui64_7.tar.lz': randomBytes(shape.gui * 1e6),
    'gui/icons/win10.svg': randomBytes(3000),
    'linuxmuster-win/patch.reg': randomBytes(3000),
  }
  for (const core of ['boot/grub/x86_64-efi/core.efi', 'boot/grub/i386-pc/core.0']) {
    const isThere = await access(join(root, core)).then(
      () => true,
      () => false,
    )
    if (!isThere) files[core] = randomBytes(400_000)
  }
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), bytes)
  }
}

async function storm(
  name: string,
  shape: StormShape,
  server: ServerAddress,
  pids: number[],
): Promise<Storm> {
  const lines: StormLine[] = []
  const complaints: string[] = []
  const cpu = async () => (await Promise.all(pids.map(cpuSeconds))).reduce((a, b) => a + b, 0)
  const before = await cpu()
  const startAt = Date.now() + headStartMs
  const { machines, rooms } = shape
  const codes = await Promise.all(
    Array.from({ length: rooms }, (_, number) => {
      const task: RoomTask = { machines, rooms, room: number, server, startAt }
      const onLine = (line: string, stream: string) => {
        if (stream === 'stdout') lines.push(JSON.parse(line))
        else complaints.push(line)
      }
      return spawnChild({ command: process.execPath, args: [room, JSON.stringify(task)], onLine })
        .exited
    }),
  )
  if (codes.some((code) => code !== 0)) throw new Error(`a room ended:\n${complaints.join('\n')}`)
  const serverSeconds = (await cpu()) - before
  const megabytes = (await Promise.all(pids.map(peakMegabytes))).reduce((a, b) => a + b, 0)
  return { name, lines, serverSeconds, megabytes }
}
