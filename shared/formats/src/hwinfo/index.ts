import { missingFirmwareIn } from '../missing-firmware.ts'
import { splitBlocks } from './blocks.ts'
import { splitDebug } from './debug.ts'
import { readDisks, readGraphics, readNetworkCards } from './devices.ts'
import { type Hardware, HwinfoError } from './hardware.ts'
import { readBios, readCpu, readMemory } from './machine.ts'

export { type Disk, type Hardware, HwinfoError, type NetworkCard } from './hardware.ts'

const mostErrors = 50

/**
 * Reads what the program `hwinfo` prints without arguments: its own log, then one block per device. Lists of single
 * classes (`hwinfo --disk`) are read too; what they do not tell is null or empty.
 * @throws HwinfoError when there is no device in it.
 */
export function parseHwinfo(text: string): Hardware {
  const lines = text.split(/\r?\n/)
  const blocks = splitBlocks(lines)
  if (blocks.length === 0) throw new HwinfoError('this is not what hwinfo prints: it has no device')
  const { cpuinfo, partitions, kernelLog } = splitDebug(lines)
  const { modules, cores, ...machine } = readBios(blocks)
  return {
    ...machine,
    cpu: readCpu(blocks, cpuinfo, cores),
    memory: readMemory(blocks, modules),
    disks: readDisks(blocks, partitions),
    networkCards: readNetworkCards(blocks, kernelLog),
    graphics: readGraphics(blocks),
    missingFirmware: missingFirmwareIn(kernelLog.join('\n')),
    firmwareErrors: firmwareErrorsIn(kernelLog),
  }
}

function firmwareErrorsIn(kernelLog: string[]): string[] {
  const told = kernelLog.flatMap((line) => {
    const message = line.replace(/^<\d+>/, '').replace(/^\[ *\d+\.\d+\]\s*/, '')
    return /\[Firmware (?:Bug|Warn|Info)\]|ACPI (?:BIOS )?(?:Error|Warning)|BIOS bug|Hardware Error/i.test(
      message,
    )
      ? [
          message
            .replace(/[\u0000-\u001f\u007f]+/g, ' ')
            .slice(0, 300)
            .toWellFormed(),
        ]
      : []
  })
  return [...new Set(told)].slice(0, mostErrors)
}
