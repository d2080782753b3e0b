const reserved = ['case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'in']
const alsoReserved = ['menuentry', 'select', 'then', 'time', 'until', 'while', 'submenu']

/** One word of a GRUB script that stands for exactly this text. Control characters are left out. */
export function quoteGrub(text: string): string {
  const clean = text.replace(/[\x00-\x1f\x7f]+/g, ' ')
  const isPlain = /^[A-Za-z0-9_./:,=+%@-]+$/.test(clean)
  if (isPlain && !reserved.includes(clean) && !alsoReserved.includes(clean)) return clean
  return `'${clean.replaceAll("'", `'\\''`)}'`
}

/**
 * Kernel parameters as separate words: GRUB would hand a quoted list to the kernel as one parameter. Words
 * that stand there already are not repeated.
 */
export function quoteParameters(...lists: string[]): string {
  const words = lists.flatMap((list) => list.split(/\s+/)).filter((word) => word !== '')
  return [...new Set(words)].map(quoteGrub).join(' ')
}

/**
 * Functions the scripts share. `test -s` is the only file test that works on a network device in GRUB:
 * -e, -f and -d list the folder, which TFTP and HTTP cannot.
 */
export const sharedFunctions = `
# boot_linux KERNEL INITRD WORD... starts a kernel of the partition in $root when it is there.
function boot_linux {
  if [ -s "$1" ]; then
    set system_kernel="$1"
    set system_initrd="$2"
    shift 2
    if [ "$system_initrd" = "/" ]; then
      linux "$system_kernel" $@
      boot
    elif [ -s "$system_initrd" ]; then
      linux "$system_kernel" $@
      initrd "$system_initrd"
      boot
    fi
  fi
}

# boot_system KERNEL INITRD WORD... starts whatever system is installed in $root.
function boot_system {
  set wanted_kernel="$1"
  set wanted_initrd="$2"
  shift 2
  if [ -n "$wanted_kernel" -a "$wanted_kernel" != "auto" ]; then
    boot_linux "/$wanted_kernel" "/$wanted_initrd" $@
  fi
  boot_linux /boot/vmlinuz /boot/initrd.img $@
  boot_linux /boot/vmlinuz /boot/initrd $@
  boot_linux /vmlinuz /initrd.img $@
  boot_linux /vmlinuz /initrd $@
  if [ -s /boot/grub/grub.cfg ]; then
    configfile /boot/grub/grub.cfg
  fi
  if [ "$grub_platform" = "efi" ]; then
    search --no-floppy --file --set=root /EFI/Microsoft/Boot/bootmgfw.efi
    chainloader /EFI/Microsoft/Boot/bootmgfw.efi
    boot
  else
    for loader in /bootmgr /ntldr /grldr; do
      if [ -s "$loader" ]; then
        ntldr "$loader"
        boot
      fi
    done
    chainloader +1
    boot
  fi
}

# boot_ipxe starts the network boot again from the copy of iPXE in $root.
function boot_ipxe {
  if [ "$grub_platform" = "efi" ]; then
    if [ -s /ipxe.efi ]; then
      chainloader /ipxe.efi
      boot
    fi
  elif [ -s /ipxe.lkrn ]; then
    linux16 /ipxe.lkrn dhcp
    boot
  fi
}
`

/**
 * Functions for what a client left in GRUB's environment block before it restarted into a system. Both want
 * the variable `cache` to name the device of the cache partition.
 */
export const restartFunctions = `
# load_restart reads the block of the cache, which has names of our choice only.
function load_restart {
  if [ -s "($cache)/boot/grub/grubenv" ]; then
    load_env --file "($cache)/boot/grub/grubenv" reboot_iso reboot_label reboot_grub reboot_kernel reboot_initrd reboot_append
    set restart_block="($cache)/boot/grub/grubenv"
  fi
}

# restart_system starts the system asked for, and only once: the block is cleared first.
function restart_system {
  if [ -n "$reboot_label" ]; then
    search --no-floppy --label "$reboot_label" --set=root
  else
    set root="$reboot_grub"
  fi
  set wanted_label="$reboot_label"
  set reboot_grub=
  set reboot_label=
  if [ -n "$restart_block" ]; then
    save_env --file "$restart_block" reboot_grub reboot_label
  fi
  if [ -z "$reboot_append" -a -n "$wanted_label" ]; then
    set reboot_append="root=LABEL=$wanted_label"
  fi
  boot_system "$reboot_kernel" "$reboot_initrd" $reboot_append
}
`
