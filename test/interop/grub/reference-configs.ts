/**
 * GRUB configurations that do, step by step, what linuxmuster's own are described to do (main, group and local
 * configuration), to compare ours with. Written for this test from the description; nothing of linuxmuster's is in here.
 */

/** What is tried in the partition in $root, in this order. */
const probe = (words: string) => `
  set tried=
  for pair in /boot/vmlinuz:/boot/initrd.img /boot/vmlinuz:/boot/initrd /vmlinuz:/initrd.img /vmlinuz:/initrd; do
    regexp --set=1:kernel --set=2:image '(.*):(.*)' "$pair"
    if [ -z "$tried" -a -s "$kernel" -a -s "$image" ]; then
      set tried=yes
      linux "$kernel" ${words}
      initrd "$image"
    fi
  done
  if [ -z "$tried" -a -s /boot/grub/grub.cfg ]; then
    set tried=yes
    configfile /boot/grub/grub.cfg
  fi
  if [ -z "$tried" -a "$grub_platform" = "pc" ]; then
    for loader in /bootmgr /ntldr /grldr; do
      if [ -z "$tried" -a -s "$loader" ]; then
        set tried=yes
        ntldr "$loader"
      fi
    done
  fi
`

const probeLast = `
  if [ -z "$tried" -a "$grub_platform" = "pc" ]; then
    chainloader +1
  elif [ -z "$tried" ]; then
    chainloader /EFI/Microsoft/Boot/bootmgfw.efi
  fi
`

const restart = `
  if [ -n "$reboot_label" ]; then
    search --label "$reboot_label" --set=root
  else
    set root="$reboot_grub"
  fi
  set reboot_grub=
  set reboot_label=
  if [ -n "$block" ]; then
    save_env --file "$block" reboot_grub reboot_label
  fi
  if [ -n "$reboot_kernel" -a -n "$reboot_initrd" ]; then
    linux "$reboot_kernel" $reboot_append
    initrd "$reboot_initrd"
  else
    ${probe('$reboot_append')}
    ${probeLast}
  fi
  boot
`

export const mainReference = `
set default=0
set timeout=0
menuentry 'LINBO' {
  if [ -s "(tftp)/boot/grub/spool/$net_pxe_hostname.reboot" ]; then
    load_env --file "(tftp)/boot/grub/spool/$net_pxe_hostname.reboot"
  fi
  if [ -z "$reboot_grub" ]; then
    search --file /start.conf --set=cache
    if [ -n "$cache" ]; then
      if [ -s "($cache)/boot/grub/grubenv" ]; then
        set block="($cache)/boot/grub/grubenv"
        load_env --file "$block"
      fi
    fi
  fi
  if [ -n "$reboot_label" -o -n "$reboot_grub" ]; then
    ${restart}
  fi
  set root=tftp
  if [ "$grub_platform" = "efi" ]; then
    if [ -n "$net_efinet0_extensionspath" ]; then
      set group="$net_efinet0_extensionspath"
      set host="$net_efinet0_hostname"
    elif [ -n "$net_efinet1_extensionspath" ]; then
      set group="$net_efinet1_extensionspath"
      set host="$net_efinet1_hostname"
    elif [ -n "$net_efinet2_extensionspath" ]; then
      set group="$net_efinet2_extensionspath"
      set host="$net_efinet2_hostname"
    fi
  else
    set group="$net_pxe_extensionspath"
    set host="$net_pxe_hostname"
  fi
  if [ -n "$host" -a -s "/boot/grub/hostcfg/$host.cfg" ]; then
    configfile "/boot/grub/hostcfg/$host.cfg"
  elif [ -n "$group" -a -s "/boot/grub/$group.cfg" ]; then
    configfile "/boot/grub/$group.cfg"
  elif [ -n "$cache" ]; then
    if [ -s "($cache)/boot/grub/custom.cfg" ]; then
      set root="$cache"
      configfile /boot/grub/custom.cfg
    fi
  fi
  set gfxpayload=640x480
  set root=tftp
  linux /linbo64 quiet netboot nomodeset
  initrd /linbofs64
  boot
}
`

export interface ReferenceSystem {
  name: string
  number: number
  label: string
  root: string
  partition: number
  kernel: string
  initrd: string
  append: string
  iso?: string
}

/** A group with a cache. */
export function groupReference(group: {
  cacheLabel: string
  cacheRoot: string
  kernelOptions: string
  systems: ReferenceSystem[]
}): string {
  return `
set default=0
set timeout=0
set fallback=1
search --label ${group.cacheLabel} --set=first
if [ -z "$first" ]; then search --file /start.conf --set=first; fi
if [ -z "$first" ]; then search --file /linbofs64 --set=first; fi
if [ -z "$first" ]; then set first="${group.cacheRoot}"; fi
function start_linbo {
  set root="$first"
  if [ -s /linbo64 -a -s /linbofs64 ]; then
    linux /linbo64 ${group.kernelOptions} $@ localboot
    initrd /linbofs64
    boot
  elif [ -n "$pxe_default_server" ]; then
    set root=tftp
    linux /linbo64 ${group.kernelOptions} $@ netboot
    initrd /linbofs64
    boot
  elif [ "$grub_platform" = "pc" ]; then
    linux16 /ipxe.lkrn dhcp
    boot
  fi
}
menuentry 'LINBO' --class linbo { start_linbo; }
${group.systems.map(systemReference).join('')}`
}

function systemReference(system: ReferenceSystem): string {
  const { name, number, label, root, partition, kernel, initrd, append, iso } = system
  if (iso)
    return `
menuentry '${name} (Start)' {
  loopback loop "($first)/${iso}"
  set root=loop
  linux /${kernel} quiet splash noprompt noeject findiso=${iso} iso-scan/filename=/${iso} ${append}
  initrd /${initrd}
  boot
}
`
  const words = append.includes('root=') ? append : `${append} root=LABEL=${label}`
  return `
menuentry '${name} (Start)' {
  set root="${root}"
  search --label ${label} --set=root
  ${probe(words)}
  if [ -z "$tried" -a -s "/${kernel}" -a -s "/${initrd}" ]; then
    set tried=yes
    linux "/${kernel}" ${words}
    initrd "/${initrd}"
  fi
  ${probeLast}
  boot
}
menuentry '${name} (Linbo-Start)' { start_linbo linbocmd=start:${number}; }
menuentry '${name} (Sync+Start)' { start_linbo linbocmd=sync:${number},start:${number}; }
menuentry '${name} (Neu+Start)' { start_linbo linbocmd=format:${partition},sync:${number},start:${number}; }
`
}

/** A group without a cache. */
export const netbootReference = `
set default=0
set timeout=0
menuentry 'LINBO' {
  set root=tftp
  linux /linbo64 quiet splash netboot nomodeset
  initrd /linbofs64
  boot
}
`

/** What a client keeps in its cache; the server has put the group's options in. */
export function localReference(kernelOptions: string): string {
  return `
set default=0
set timeout=0
set cache="$root"
menuentry 'OS localboot' {
  if [ -s /boot/grub/grubenv ]; then
    set block="($cache)/boot/grub/grubenv"
    load_env --file "$block"
  fi
  if [ -n "$reboot_iso" ]; then
    loopback loop "($cache)/$reboot_iso"
    set root=loop
    linux "$reboot_kernel" $reboot_append
    initrd "$reboot_initrd"
    boot
  elif [ -n "$reboot_label" -o -n "$reboot_grub" ]; then
    ${restart}
  else
    configfile /boot/grub/custom.cfg
  fi
}
menuentry 'LINBO' {
  set root="$cache"
  if [ -s /linbo64 -a -s /linbofs64 ]; then
    linux /linbo64 ${kernelOptions} localboot
    initrd /linbofs64
    boot
  else
    linux16 /ipxe.lkrn dhcp
    boot
  fi
}
`
}
