import { isPlainForIpxe, netbootFunctions } from './grub-netboot.ts'
import { quoteParameters, restartFunctions, sharedFunctions } from './grub-script.ts'

/** Marks a GRUB configuration as ours; one without it belongs to the administrator and is left alone. */
export const managedMarker = '### managed by linuxmuster.net ###'

/** Where machines reach the suite. */
export interface BootServer {
  /** LINBO_SERVER_IP. */
  address: string
  /** LINBO_HTTP_PORT. */
  httpPort: number
}

/** Network cards, by the names under which GRUB keeps what the DHCP answer said: BIOS, UEFI, `net_bootp`. */
const cards = ['pxe', 'efinet0', 'efinet1', 'efinet2', 'efinet3', 'efinet0_dhcp', 'efinet1_dhcp']

/** The group of the first card that has one, with the host name beside it; else the first host name. */
const findMachine = `function find_machine {
${cards.map(takeGroup).join('')}  for value in ${cards.map((card) => `"$net_${card}_hostname"`).join(' ')}; do
    if [ -z "$machine_host" ]; then set machine_host="$value"; fi
  done
}
`

function takeGroup(card: string): string {
  return `  if [ -z "$machine_group" -a -n "$net_${card}_extensionspath" ]; then
    set machine_group="$net_${card}_extensionspath"
    set machine_host="$net_${card}_hostname"
  fi
`
}

/**
 * `boot/grub/grub.cfg`, the first configuration a machine loads from the network. In order: a restart into an
 * installed system that the server or the client asked for; the machine's own configuration, then its
 * group's; the one in the local cache; LINBO with careful settings.
 * @param server where kernel and initramfs are fetched over HTTP; without it TFTP is left.
 */
export function mainGrubConfig(server?: BootServer): string {
  return `${managedMarker}
set default=0
set timeout=0

# The device this file came from: (tftp,SERVER) or (http,SERVER).
set linbo_net="$root"
export linbo_net
set linbo_server=${server?.address ?? ''}
export linbo_server
set linbo_http=${server ? `${server.address}:${server.httpPort}` : ''}
export linbo_http
${sharedFunctions}${restartFunctions}${netbootFunctions}
${findMachine}
# try_config NAME loads a configuration of the server when it is there.
function try_config {
  if [ -s "($linbo_net)/boot/grub/$1.cfg" ]; then
    set machine_config="$1"
    configfile "($linbo_net)/boot/grub/$1.cfg"
  fi
}

menuentry 'LINBO' --class linbo {
  find_machine

  if [ -n "$machine_host" ]; then
    if [ -s "($linbo_net)/boot/grub/spool/$machine_host.reboot" ]; then
      load_env --file "($linbo_net)/boot/grub/spool/$machine_host.reboot" reboot_label reboot_grub reboot_kernel reboot_initrd reboot_append
    fi
  fi
  search --no-floppy --file --set=cache /start.conf
  if [ -z "$reboot_grub" -a -n "$cache" ]; then
    load_restart
  fi
  if [ -n "$reboot_grub" -o -n "$reboot_label" ]; then
    restart_system
  fi

  set root="$linbo_net"
  if [ -n "$machine_host" ]; then
    try_config "hostcfg/$machine_host"
  fi
  if [ -z "$machine_config" -a -n "$machine_group" ]; then
    try_config "$machine_group"
  fi
  if [ -z "$machine_config" -a -n "$net_default_mac" ]; then
    try_config "hostcfg/$net_default_mac"
  fi
  if [ -z "$machine_config" -a -n "$cache" ]; then
    if [ -s "($cache)/boot/grub/custom.cfg" ]; then
      set root="$cache"
      configfile "($cache)/boot/grub/custom.cfg"
    fi
  fi

  echo 'LINBO: no configuration for this machine, starting in failsafe mode ...'
  set gfxpayload=640x480
  netboot_linbo quiet netboot nomodeset
}
`
}

/**
 * `boot/grub/<group>.cfg` of a group without a local cache: LINBO always from the network.
 * @param kernelOptions the group's own, added to the usual ones.
 */
export function netbootGrubConfig(kernelOptions = ''): string {
  return `${managedMarker}
set default=0
set timeout=0
if [ -z "$linbo_net" ]; then
  set linbo_net=tftp
fi
${isPlainForIpxe(kernelOptions) ? '' : withoutHttp}${netbootFunctions}
menuentry 'LINBO' --class linbo {
  netboot_linbo ${quoteParameters('quiet splash netboot nomodeset', kernelOptions)}
}
`
}

/** For kernel parameters that iPXE would read as its own. */
export const withoutHttp = 'set linbo_http=\n'

/**
 * `boot/grub/spool/<host>.<group>.grub.cfg`, which a client stores as `/boot/grub/grub.cfg` in its cache: a
 * start from the local disk. It restarts into the system the client asked for, else goes on with the
 * `custom.cfg` in the cache (the group's configuration), else starts LINBO. The text depends on nothing but
 * its arguments, because a client restarts when it finds another one.
 */
export function localGrubConfig(options: { group: string; kernelOptions: string }): string {
  return `${managedMarker}
# group ${options.group.replace(/[^A-Za-z0-9_.-]/g, '_')}
set default=0
set timeout=0
set fallback=1
set cache="$root"
${sharedFunctions}${restartFunctions}
function boot_linbo {
  set root="$cache"
  if [ -s /linbo64 ]; then
    if [ -s /linbofs64 ]; then
      linux /linbo64 ${quoteParameters(options.kernelOptions, 'localboot')}
      initrd /linbofs64
      boot
    fi
  fi
  boot_ipxe
}

# restart_iso starts the ISO image the client asked for, once.
function restart_iso {
  set wanted_iso="$reboot_iso"
  set reboot_iso=
  if [ -n "$restart_block" ]; then
    save_env --file "$restart_block" reboot_iso
  fi
  if [ -s "($cache)/$wanted_iso" ]; then
    loopback loop "($cache)/$wanted_iso"
    set root=loop
    boot_named "$reboot_kernel" "$reboot_initrd" $reboot_append
  fi
}

menuentry 'OS localboot' --class os {
  load_restart
  if [ -n "$reboot_iso" ]; then
    restart_iso
  fi
  if [ -n "$reboot_grub" -o -n "$reboot_label" ]; then
    restart_system
  fi
  set root="$cache"
  if [ -s /boot/grub/custom.cfg ]; then
    configfile /boot/grub/custom.cfg
  fi
  boot_linbo
}

menuentry 'LINBO' --class linbo {
  boot_linbo
}
`
}
