import { copyFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { runProgram } from '../build/run-program.ts'
import type { LabNetwork } from './network.ts'
import { followSerial, type Serial } from './serial.ts'

/** `uefi-http` is the same UEFI with its PXE switched off: HTTP Boot comes first. */
export type Firmware = 'uefi' | 'uefi-http' | 'bios'

export interface Machine extends AsyncDisposable {
  name: string
  serial: Serial
  /** Presses the reset button. What the serial port said before is forgotten. */
  reset(): Promise<void>
}

export interface MachineOptions {
  name: string
  firmware: Firmware
  mac: string
  /** Where the disk and the logs of this machine go. */
  folder: string
  diskMiB: number
  memoryMiB: number
  /** A raw image with what is on its disk at first; it stays as it is. */
  disk?: string
  /** The bridge it is plugged into, when not the first one. */
  bridge?: string
  /** An image that it starts from in place of the network, as a CD or on USB. */
  medium?: { image: string; kind: 'cd' | 'usb' }
}

const ovmf = '/usr/share/OVMF'

/** Switches on a machine that boots from the network, or from a medium, first. */
export async function powerOn(network: LabNetwork, options: MachineOptions): Promise<Machine> {
  const { name, folder } = options
  const file = (suffix: string) => join(folder, `${name}.${suffix}`)
  const from = options.disk ? ['-b', options.disk, '-F', 'raw'] : []
  await runProgram('qemu-img', [
    ...['create', '-q', '-f', 'qcow2', ...from, file('disk'), `${options.diskMiB}M`],
  ])
  if (options.firmware !== 'bios') await copyFile(`${ovmf}/OVMF_VARS_4M.fd`, file('vars'))
  await writeFile(file('serial'), '')
  const serial = await followSerial(file('serial'), name)
  const messages: string[] = []
  const child = network.start({
    command: 'qemu-system-x86_64',
    args: qemuArguments(options, await network.addTap(options.bridge), file),
    debianPackage: 'qemu-system-x86',
    onLine: (line) => messages.push(line),
  })
  child.exited.then((code) => {
    if (code !== 0 && messages.length > 0) console.error(`${name}: ${messages.join('\n')}`)
  })
  return {
    name,
    serial,
    async reset() {
      await monitor(file('monitor'), 'system_reset')
      serial.forget()
    },
    async [Symbol.asyncDispose]() {
      await child.stop()
      await serial[Symbol.asyncDispose]()
    },
  }
}

function qemuArguments(
  options: MachineOptions,
  tap: string,
  file: (suffix: string) => string,
): string[] {
  const { firmware, mac } = options
  // Without an empty romfile QEMU's iPXE would take the card before OVMF's own PXE sees it.
  const rom = firmware === 'bios' ? '' : ',romfile='
  const flash = [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${ovmf}/OVMF_CODE_4M.fd`],
    ...['-drive', `if=pflash,format=raw,file=${file('vars')}`],
  ]
  const withoutPxe = ['IPv4PXESupport', 'IPv6PXESupport'].flatMap((name) => [
    ...['-fw_cfg', `name=opt/org.tianocore/${name},string=no`],
  ])
  const fromMedium = options.medium ? mediumArguments(options.medium) : []
  const order = options.medium ? '' : ',bootindex=0'
  return [
    // graphics=off sends SeaBIOS, iPXE and GRUB to the serial port as well.
    ...['-machine', firmware === 'bios' ? 'q35,graphics=off' : 'q35'],
    // Not "max": its ERMS makes a reset guest crawl while it unpacks the initramfs.
    ...['-accel', 'tcg,thread=multi', '-smp', '1', '-cpu', 'Nehalem'],
    ...['-m', String(options.memoryMiB)],
    ...(firmware === 'bios' ? [] : flash),
    ...(firmware === 'uefi-http' ? withoutPxe : []),
    ...['-netdev', `tap,id=net0,ifname=${tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=net0,mac=${mac}${order}${rom}`],
    ...['-drive', `if=none,id=disk0,format=qcow2,cache=unsafe,discard=unmap,file=${file('disk')}`],
    ...['-device', 'ide-hd,drive=disk0,bus=ide.0,bootindex=1'],
    ...fromMedium,
    ...['-display', 'none', '-serial', `file:${file('serial')}`],
    ...['-monitor', `unix:${file('monitor')},server=on,wait=off`],
  ]
}

function mediumArguments({ image, kind }: { image: string; kind: 'cd' | 'usb' }): string[] {
  const device =
    kind === 'cd'
      ? ['-device', 'ide-cd,drive=medium,bus=ide.1,bootindex=0']
      : ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=medium,bootindex=0']
  return ['-drive', `if=none,id=medium,format=raw,readonly=on,file=${image}`, ...device]
}

/** Gives QEMU's monitor one command and waits until its prompt is back. */
function monitor(socketPath: string, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let prompts = 0
    const socket = connect(socketPath)
    socket.setTimeout(10_000, () => socket.destroy(new Error(`QEMU did not answer to ${command}`)))
    socket.on('error', reject)
    socket.on('data', (data) => {
      prompts += data.toString().split('(qemu) ').length - 1
      if (prompts === 1) socket.write(`${command}\n`)
      if (prompts < 2) return
      socket.end()
      resolve()
    })
  })
}
