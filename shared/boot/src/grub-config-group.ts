import type { OsSection, StartConf } from '@linbo/formats'
import { managedMarker, netbootGrubConfig, withoutHttp } from './grub-config.ts'
import { grubDevice, osType } from './grub-devices.ts'
import { isPlainForIpxe, netbootFunctions } from './grub-netboot.ts'
import { quoteGrub, quoteParameters, sharedFunctions } from './grub-script.ts'

/**
 * `boot/grub/<group>.cfg`, made from the group's start.conf: LINBO first, from the local cache when it is
 * filled (flag `localboot`), else from the network (`netboot`); then the entries of each system. A group
 * without a cache GRUB can name gets a plain start from the network.
 */
export function groupGrubConfig(options: { group: string; startConf: StartConf }): string {
  const { linbo, partitions, os } = options.startConf
  const cacheDevice = grubDevice(linbo.cache)
  if (!cacheDevice) return netbootGrubConfig(linbo.kernelOptions)
  const cacheLabel = partitions.find((partition) => partition.dev === linbo.cache)?.label ?? ''
  // A machine steered over a serial line would be dark in GRUB's graphics mode.
  const hasSerialConsole = /(?:^|\s)console=ttyS\d/.test(linbo.kernelOptions)
  const parameters = quoteParameters(linbo.kernelOptions)
  return `${managedMarker}
# group ${options.group.replace(/[^A-Za-z0-9_.-]/g, '_')}
set default=0
set timeout=0
set fallback=1
if [ -z "$linbo_net" -a -n "$net_default_server" ]; then
  set linbo_net=tftp
fi

# The cache partition: by label, by what lies in it, by its place.
${cacheLabel ? `search --no-floppy --label ${quoteGrub(cacheLabel)} --set=cache` : ''}
for file in /start.conf /linbofs64; do
  if [ -z "$cache" ]; then
    search --no-floppy --file "$file" --set=cache
  fi
done
if [ -z "$cache" ]; then
  set cache=${quoteGrub(withoutBrackets(cacheDevice))}
fi
${hasSerialConsole ? '' : graphics}${isPlainForIpxe(linbo.kernelOptions) ? '' : withoutHttp}${sharedFunctions}${netbootFunctions}
# boot_linbo WORD... starts LINBO with further kernel parameters.
function boot_linbo {
  set root="$cache"
  if [ -s /linbo64 ]; then
    if [ -s /linbofs64 ]; then
      linux /linbo64 ${parameters} $@ localboot
      initrd /linbofs64
      boot
    fi
  fi
  if [ -n "$linbo_net" ]; then
    netboot_linbo ${parameters} $@ netboot
  else
    boot_ipxe
  fi
}

menuentry 'LINBO' --class linbo {
  boot_linbo
}
${os.map((system) => systemEntries(system, options.startConf)).join('')}`
}

const graphics = `
set gfxmode=auto
terminal_output gfxterm
background_color 42,68,87
if [ -n "$linbo_net" ]; then
  set theme="($linbo_net)/boot/grub/themes/linbo/theme.txt"
else
  set theme="($cache)/boot/grub/themes/linbo/theme.txt"
fi
`

function withoutBrackets(device: string): string {
  return device.replace(/^\(|\)$/g, '')
}

function systemEntries(system: OsSection, conf: StartConf): string {
  const type = osType(system.name)
  const title = system.name || `OS ${system.number}`
  const entry = (suffix: string, kind: string, ...body: string[]) =>
    `
menuentry ${quoteGrub(`${title} (${suffix})`)} --class ${type}_${kind} {
${body.map((line) => `  ${line}`).join('\n')}
}
`
  if (system.baseImage.endsWith('.iso')) return entry('Start', 'start', ...isoBody(system))
  const partition = conf.partitions.find((known) => known.dev === system.root)
  const linbo = (...commands: string[]) =>
    `boot_linbo ${quoteGrub(`linbocmd=${commands.join(',')}`)}`
  const [sync, start] = [`sync:${system.number}`, `start:${system.number}`]
  const starts = entry('Start', 'start', ...startBody(system, partition?.label ?? ''))
  const linboStart = entry('Linbo-Start', 'start', linbo(start))
  const syncStart = entry('Sync+Start', 'syncstart', linbo(sync, start))
  if (!partition) return starts + linboStart + syncStart
  const format = `format:${partition.number}`
  return (
    starts + linboStart + syncStart + entry('Neu+Start', 'newstart', linbo(format, sync, start))
  )
}

function startBody(system: OsSection, label: string): string[] {
  const device = grubDevice(system.root)
  const isRootGiven = /(?:^|\s)root=/.test(system.append)
  const append = isRootGiven || !label ? system.append : `${system.append} root=LABEL=${label}`
  const arguments_ = [quoteGrub(system.kernel), quoteGrub(system.initrd), quoteParameters(append)]
  return [
    ...(device ? [`set root=${quoteGrub(withoutBrackets(device))}`] : []),
    ...(label ? [`search --no-floppy --label ${quoteGrub(label)} --set=root`] : []),
    `boot_system ${arguments_.join(' ')}`.trimEnd(),
  ]
}

function isoBody(system: OsSection): string[] {
  const iso = system.baseImage
  const parameters = quoteParameters(
    `quiet splash noprompt noeject findiso=${iso} iso-scan/filename=/${iso}`,
    system.append,
  )
  return [
    `loopback loop "($cache)"${quoteGrub(`/${iso}`)}`,
    'set root=loop',
    `boot_linux ${quoteGrub(`/${system.kernel}`)} ${quoteGrub(`/${system.initrd}`)} ${parameters}`,
  ]
}
