import type { StartConf } from '@linbo/formats'
import { managedMarker, netbootGrubConfig, withoutHttp } from './grub-config.ts'
import { type GrubAction, type GrubMenu, grubMenu } from './grub-menu.ts'
import { isPlainForIpxe, netbootFunctions } from './grub-netboot.ts'
import { quoteGrub, quoteWords, sharedFunctions } from './grub-script.ts'
import { backgroundColor, menuFonts } from './grub-theme.ts'

/**
 * `boot/grub/<group>.cfg`, made from the group's start.conf: LINBO first, from the local cache when it is
 * filled (flag `localboot`), else from the network (`netboot`); then the entries of each system. A group
 * without a cache GRUB can name gets a plain start from the network.
 */
export function groupGrubConfig(options: { group: string; startConf: StartConf }): string {
  const menu = grubMenu(options)
  if (!menu.cache) return netbootGrubConfig(options.startConf.linbo.kernelOptions)
  const { label, device } = menu.cache
  const parameters = quoteWords(menu.kernelOptions)
  return `${managedMarker}
# group ${menu.group.replace(/[^A-Za-z0-9_.-]/g, '_')}
set default=${menu.defaultEntry}
set timeout=${menu.timeoutSeconds}
set fallback=1
if [ -z "$linbo_net" -a -n "$net_default_server" ]; then
  set linbo_net=tftp
fi

# The cache partition: by label, by what lies in it, by its place.
${label ? `search --no-floppy --label ${quoteGrub(label)} --set=cache` : ''}
for file in /start.conf /linbofs64; do
  if [ -z "$cache" ]; then
    search --no-floppy --file "$file" --set=cache
  fi
done
if [ -z "$cache" ]; then
  set cache=${quoteGrub(withoutBrackets(device))}
fi
${menu.isGraphical ? graphics : ''}${isPlainForIpxe(menu.kernelOptions.join(' ')) ? '' : withoutHttp}${sharedFunctions}${netbootFunctions}
# boot_linbo WORD... starts LINBO with further kernel parameters.
function boot_linbo {
${menu.isGraphical ? '  set enable_progress_indicator=1\n' : ''}  set root="$cache"
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
${menu.isGraphical ? loadFonts : ''}}
${menu.entries.map((entry) => printEntry(entry.title, entry.class, entry.action, menu)).join('')}`
}

const graphics = `
set gfxmode=auto
terminal_output gfxterm
background_color ${backgroundColor}
if [ -n "$linbo_net" ]; then
  set theme_folder="($linbo_net)/boot/grub/themes/linbo"
else
  set theme_folder="($cache)/boot/grub/themes/linbo"
fi
set theme="$theme_folder/theme.txt"
`

/** Fonts are fetched when nothing could be started, because then the menu comes up; without bars for each icon. */
const loadFonts = `  set enable_progress_indicator=0
  for font in ${menuFonts.map(({ file }) => file).join(' ')}; do
    loadfont "$theme_folder/$font"
  done
`

function printEntry(title: string, icon: string, action: GrubAction, menu: GrubMenu): string {
  const quoted = quoteGrub(title)
  return `
menuentry ${quoted.startsWith("'") ? quoted : `'${quoted}'`} --class ${icon} {
${body(action, menu)
  .map((line) => `  ${line}`)
  .join('\n')}
}
`
}

function body(action: GrubAction, menu: GrubMenu): string[] {
  const { parameters } = action
  if (action.kind === 'linbo') {
    const own = parameters.filter((word) => !menu.kernelOptions.includes(word))
    return [`boot_linbo ${quoteWords(own)}`.trimEnd()]
  }
  const named = [quoteGrub(action.kernel), quoteGrub(action.initrd), quoteWords(parameters)]
  const words = quoteWords(parameters)
  if (action.kind === 'iso') {
    const file = quoteGrub(`/${action.file}`)
    return [
      `if [ -s "($cache)"${file} ]; then`,
      `  loopback loop "($cache)"${file}`,
      '  set root=loop',
      `  boot_named ${named.join(' ')}`,
      'fi',
    ]
  }
  const { device, label } = action
  return [
    `set root=${device ? quoteGrub(withoutBrackets(device)) : ''}`,
    ...(label ? [`search --no-floppy --label ${quoteGrub(label)} --set=root`] : []),
    'if [ -n "$root" ]; then',
    `  boot_installed ${words}`.trimEnd(),
    `  boot_named ${named.join(' ')}`.trimEnd(),
    '  boot_sector',
    'fi',
  ]
}

function withoutBrackets(device: string): string {
  return device.replace(/^\(|\)$/g, '')
}
