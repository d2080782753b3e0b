import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseStartConf } from '@linbo/formats'
import { LinboError } from '@linbo/runtime'
import { at, banner, download, type Leaving, sendFile, sendLog, type Workbench } from './bench.ts'
import { askForLease, type Lease } from './dhcp.ts'
import { askByBroadcast } from './dhcp-broadcast.ts'
import { firmwareStage } from './firmware.ts'
import { hardwareList } from './hardware-list.ts'
import type { MachineIdentity, ServerAddress, Timed } from './machine.ts'
import { flags, rsyncDown } from './rsync.ts'
import { updateGui, updateLinbo } from './update.ts'
import { linboWrapper } from './wrapper.ts'

/** Who a machine is told it is, and by whom. */
export interface Told {
  machine: MachineIdentity
  server: ServerAddress
  timed: Timed
  /** Takes whatever address, name and group it is given; without a group it goes into LINBO unregistered. */
  isNew?: boolean
}

/** The firmware's part of a boot: lease, core image, GRUB, kernel. @throws LinboError `SIM_NO_BOOT_FILE`, `SIM_NO_LEASE`, `SIM_SILENT`, `SIM_HTTP`. */
export async function bootFromNetwork(told: Told, signal: AbortSignal): Promise<void> {
  const { machine, server, timed } = told
  if (server.dhcpPort === 0) return firmwareStage(told, signal)
  const ask = server.broadcasts ? askByBroadcast : askForLease
  const { ip, hostname, bootFile, bootServer } = await timed('firmware lease', () =>
    ask(machine, server, 'firmware', signal),
  )
  if (!bootFile) {
    throw new LinboError('SIM_NO_BOOT_FILE', `${machine.hostname} got a lease without a boot file`)
  }
  const from = bootServer ? { ...told, server: { ...server, ip: bootServer } } : told
  const own = { ...machine, ip, hostname: hostname ?? machine.hostname }
  return firmwareStage(told.isNew ? { ...from, machine: own } : from, signal, bootFile)
}

/**
 * udhcpc inside LINBO: address, host name (option 12), group (40) and server (54) are what the lease says.
 * @throws LinboError `SIM_NO_LEASE`, `SIM_NO_GROUP`, `SIM_OTHER_ADDRESS`.
 */
export async function identify(told: Told, signal: AbortSignal): Promise<Told> {
  const { machine, server, timed, isNew = false } = told
  if (server.dhcpPort === 0) return told
  const ask = server.broadcasts ? askByBroadcast : askForLease
  const lease = await timed('LINBO lease', async () => {
    const got = await ask(machine, server, 'linbo', signal)
    return server.overlay ? askOverlay(told, got, server.overlay, signal) : got
  })
  const who = `${machine.hostname} (${machine.mac})`
  if (!lease.group && !isNew) {
    throw new LinboError('SIM_NO_GROUP', `${who} was told no group (DHCP option 40)`)
  }
  if (lease.ip !== machine.ip && !isNew) {
    throw new LinboError(
      'SIM_OTHER_ADDRESS',
      `${who} was given ${lease.ip} instead of ${machine.ip}`,
    )
  }
  const { ip, hostname = machine.hostname, group = '' } = lease
  return {
    machine: { ...machine, ip, hostname, group },
    server: { ...server, ip: lease.server ?? server.ip },
    timed,
    isNew,
  }
}

/** What the overlay in the initramfs makes of a lease: name and group from the list of its server. */
async function askOverlay(told: Told, lease: Lease, ip: string, signal: AbortSignal) {
  const { machine } = told
  const folder = await mkdtemp(join(tmpdir(), `linbo-sim-${machine.hostname}-`))
  try {
    const to = join(folder, 'hosts')
    const request = { flags: flags.request, from: 'linbo/boot/hosts', to, signal }
    await rsyncDown(machine, { ...told.server, ip }, request)
    const list = await readFile(to, 'utf8').catch(() => '')
    const line = list.split('\n').find((one) => one.startsWith(`${machine.mac} `))
    const [, hostname = 'pxeclient', group] = line?.split(' ') ?? []
    return { ...lease, hostname, group, server: ip }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @throws LinboError `SIM_START_CONF` when the server does not give one. */
export async function fetchStartConf(bench: Workbench): Promise<Workbench> {
  const { hostname, group } = bench.machine
  const to = at(bench, 'start.conf')
  const code = await bench.timed('start.conf', () =>
    download(bench, `start.conf.${group}`, to, flags.startConf),
  )
  if (code !== 0) {
    throw new LinboError(
      'SIM_START_CONF',
      `${hostname} could not fetch start.conf.${group} (rsync ended with ${code})`,
      { fix: 'The log of the sync service says why.' },
    )
  }
  return { ...bench, startConf: parseStartConf(await readFile(to, 'utf8')) }
}

/**
 * What LINBO does between its start.conf and its menu (reference 2.1, 2.5, 2.6, 8.6), in order: updates, the command
 * file of this boot, SSH, hardware list, commands, GUI, log.
 * @param openSsh is called when the machine begins to take commands.
 */
export async function startLinbo(
  bench: Workbench,
  openSsh: () => Promise<void>,
): Promise<Leaving | undefined> {
  let initLog = ''
  const init: Workbench = {
    ...bench,
    write(text) {
      initLog += text
      bench.write(text)
    },
  }
  init.write(banner('init begin'))
  // A machine nobody knows has no cache to update and no commands.
  const isKnown = bench.machine.group !== ''
  if (isKnown) await updateLinbo(init)
  const commands = isKnown ? await bench.timed('commands', () => fetchOnboot(init)) : []
  await bench.timed('SSH', openSsh)
  await bench.timed('hardware list', () => sendHardware(init))
  for (const command of commands) {
    if (['', 'noauto', 'disablegui'].includes(command)) continue
    const outcome = await linboWrapper(init, [command])
    if (typeof outcome !== 'number') return outcome
  }
  init.write(banner('init end'))
  // What came before SSH could not be fetched; it is in the log of init, which is what the first whole log begins with.
  bench.takeLog()
  bench.write(initLog)
  await bench.timed('GUI', () => updateGui(bench))
  await sendLog(bench)
  return undefined
}

/** The commands for this boot, from the first file of the two that is not empty. */
async function fetchOnboot(bench: Workbench): Promise<string[]> {
  const to = at(bench, 'linbocmd')
  for (const name of [bench.machine.hostname, bench.machine.ip]) {
    await rm(to, { force: true })
    await download(bench, `linbocmd/${name}.cmd`, to, flags.plain)
    const text = (await readFile(to, 'utf8').catch(() => '')).trim()
    if (text === '') continue
    bench.write(`${name}.cmd successfully downloaded.\n`)
    return text.split(',')
  }
  return []
}

/** Once in the life of a cache. */
async function sendHardware(bench: Workbench): Promise<void> {
  const cached = at(bench, 'cache', 'hwinfo.gz')
  if (await stat(cached).catch(() => undefined)) return
  const list = gzipSync(hardwareList(bench.machine))
  await writeFile(cached, list)
  await sendFile(bench, 'hwinfo.gz', list)
}
