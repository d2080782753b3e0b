const reserved = ['case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'in']
const alsoReserved = ['menuentry', 'select', 'then', 'time', 'until', 'while', 'submenu']

/** One word of a GRUB script that stands for exactly this text. Control characters are left out. */
export function quoteGrub(text: string): string {
  const clean = text.replace(/[\x00-\x1f\x7f]+/g, ' ')
  const isPlain = /^[A-Za-z0-9_./:,=+%@-]+$/.test(clean)
  if (isPlain && !reserved.includes(clean) && !alsoReserved.includes(clean)) return clean
  return `'${clean.replaceAll("'", `'\\''`)}'`
}

/** Kernel parameters as separate words; those that stood there already are not repeated. */
export function splitParameters(...lists: string[]): string[] {
  const words = lists.flatMap((list) => list.split(/\s+/)).filter((word) => word !== '')
  return [...new Set(words)]
}

/** Words for a GRUB command: a quoted list would reach the kernel as one parameter. */
export function quoteWords(words: string[]): string {
  return words.map(quoteGrub).join(' ')
}

/** Kernel parameters for a GRUB command. */
export function quoteParameters(...lists: string[]): string {
  return quoteWords(splitParameters(...lists))
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
    if [ -z "$system_initrd" -o "$system_initrd" = "/" ]; then
      linux "$system_kernel" $@
      boot
    elif [ -s "$system_initrd" ]; then
      linux "$system_kernel" $@
      initrd "$system_initrd"
      boot
    fi
  fi
}

# boot_installed WORD... starts what is found in $root: a kernel in one of the usual places, the system's own
# GRUB, Windows.
function boot_installed {
  boot_linux /boot/vmlinuz /boot/initrd.img $@
  boot_linux /boot/vmlinuz /boot/initrd $@
  boot_linux /vmlinuz /initrd.img $@
  boot_linux /vmlinuz /initrd $@
  if [ -s /boot/grub/grub.cfg ]; then
    configfile /boot/grub/grub.cfg
  fi
  if [ "$grub_platform" = "efi" ]; then
    if [ -s /EFI/Microsoft/Boot/bootmgfw.efi ]; then
      chainloader /EFI/Microsoft/Boot/bootmgfw.efi
      boot
    fi
  else
    for loader in /bootmgr /ntldr /grldr; do
      if [ -s "$loader" ]; then
        ntldr "$loader"
        boot
      fi
    done
  fi
}

# boot_named KERNEL INITRD WORD... starts the kernel of this name in $root, with or without a slash before it;
# "auto" is none.
function boot_named {
  if [ -n "$1" -a "$1" != "auto" ]; then
    set named_kernel="$1"
    set named_initrd="$2"
    shift 2
    boot_linux "$named_kernel" "$named_initrd" $@
    boot_linux "/$named_kernel" "/$named_initrd" $@
  fi
}

# boot_sector comes last: the boot sector of $root, or Windows' loader, which UEFI keeps in a partition of its own.
function boot_sector {
  if [ "$grub_platform" = "efi" ]; then
    if search --no-floppy --file --set=root /EFI/Microsoft/Boot/bootmgfw.efi; then
      chainloader /EFI/Microsoft/Boot/bootmgfw.efi
      boot
    fi
  elif [ -n "$root" ]; then
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
  set root=
  if [ -n "$reboot_label" ]; then
    search --no-floppy --label "$reboot_label" --set=root
  fi
  if [ -z "$root" ]; then
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
  if [ -n "$root" ]; then
    boot_named "$reboot_kernel" "$reboot_initrd" $reboot_append
    boot_installed $reboot_append
    boot_sector
  fi
}
`
