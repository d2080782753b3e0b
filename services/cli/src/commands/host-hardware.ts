import type { Hardware } from '@linbo/formats'
import { bytes, table, time } from '../print.ts'
import type { HostHardware, ImageUse } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const hardware = command({
  name: 'linbo host hardware',
  description:
    'Shows what a host is made of, which images it has, and what its logs complain about.',
  args: {
    hostname: { type: 'positional', required: true, description: 'Host name.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const path = `/hosts/${encodeURIComponent(args.hostname)}`
    const told = await client.request<HostHardware>('GET', `${path}/hardware`)
    const images = await client.all<ImageUse>(`${path}/image-status`)
    if (args.json) {
      io.out(JSON.stringify({ ...told, images }, null, 2))
      return undefined
    }
    const { hardware, at, linboVersion, missingFirmware, errors } = told
    if (!hardware) io.out(`${told.hostname} has not told yet what it is made of`)
    else {
      const rows = [...rowsOf(hardware), ['told', time(at)]]
      io.out(table(['PART', ''], [...rows, ['LINBO', linboVersion ?? '']], io.columns))
    }
    if (images.length > 0) {
      const rows = images.map((one) => [
        ...[one.image, one.kind, one.clientTime.replace('T', ' '), one.version],
        one.isCurrent === false ? 'old' : '',
      ])
      io.out(`\n${table(['IMAGE', '', 'WHEN', 'VERSION', ''], rows, io.columns)}`)
    }
    if (missingFirmware.length > 0) {
      const rows = missingFirmware.map((one) => [one.name, time(one.at)])
      io.out(`\n${table(['MISSING FIRMWARE', 'SEEN'], rows, io.columns)}`)
    }
    if (errors.length > 0) {
      const rows = errors.slice(-10).map((one) => [one.time?.replace('T', ' '), one.text])
      io.out(`\n${table(['TIME', 'COMPLAINT'], rows, io.columns)}`)
    }
    return undefined
  },
})

function rowsOf({ system, board, bios, cpu, memory, disks, networkCards, graphics }: Hardware) {
  const said = (...parts: (string | number | null)[]) => parts.filter(Boolean).join(' ')
  return [
    ['machine', said(system.vendor, system.product, system.version, system.chassis)],
    ['serial', system.serial ?? ''],
    ['board', said(board.vendor, board.product, board.version)],
    ['BIOS', said(bios.vendor, bios.version, bios.date)],
    ['CPU', said(cpu.model, cpu.cores ? `${cpu.cores} cores` : null, `${cpu.threads} threads`)],
    ['memory', memory.sizeBytes ? `${memory.sizeBytes / 2 ** 30} GiB` : ''],
    ...disks.map((one) => ['disk', said(one.device, one.model, bytes(one.sizeBytes), one.bus)]),
    ...networkCards.map((one) => [
      'network',
      said(one.device, one.mac, one.model, one.driver, one.speedMbps && `${one.speedMbps} Mbit/s`),
    ]),
    ...graphics.map((one) => ['graphics', said(one.model, one.driver)]),
  ]
}
