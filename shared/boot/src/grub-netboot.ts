/**
 * `netboot_linbo WORD...` loads LINBO from the server and starts it with these kernel parameters. On BIOS iPXE
 * takes over and loads over HTTP, on UEFI GRUB does; what fails there falls back to TFTP. Wants `linbo_net`, the
 * device of the server, and `linbo_http`, its address and HTTP port, which is empty where HTTP must not be used.
 */
export const netbootFunctions = `
# ipxe_linbo WORD... lets iPXE load LINBO. It gets the address of this boot, or asks for one when it counts its
# cards differently. A machine whose iPXE did not arrive has a file in ipxe-off.
function ipxe_linbo {
  set ipxe=
  if [ -s "($linbo_net)/boot/grub/ipxe.lkrn" ]; then
    set ipxe="($linbo_net)/boot/grub/ipxe.lkrn"
  fi
  if [ -s "($linbo_net)/boot/grub/ipxe-off/$net_default_mac" ]; then
    set ipxe=
  fi
  set mask=
  set gateway=
  net_get_dhcp_option mask "$net_default_interface" 1 hex
  net_get_dhcp_option gateway "$net_default_interface" 3 hex
  if [ -z "$gateway" ]; then
    set gateway=00000000
  fi
  if [ -n "$ipxe" -a -n "$mask" ]; then
    linux16 "$ipxe" iseq '\${net0/mac}' "$net_default_mac" '&&' set net0/ip "$net_default_ip" '&&' set net0/1:hexraw "$mask" '&&' set net0/3:hexraw "$gateway" '&&' ifopen net0 '||' ifconf -c dhcp '||' reboot '&&' set from "http://$linbo_http/boot" '&&' imgfetch -n probe '\${from}/linbo64.md5' '&&' imgfree probe '||' set from "tftp://$linbo_server" '&&' kernel '\${from}/linbo64' BOOT_IMAGE=/linbo64 $@ '&&' initrd '\${from}/linbofs64' '&&' boot '||' reboot
    boot
  fi
}

function netboot_linbo {
  if [ -n "$linbo_http" ]; then
    if [ "$grub_platform" = "pc" ]; then
      ipxe_linbo $@
    else
      set root="http,$linbo_http"
      if linux /linbo64 $@; then
        if initrd /linbofs64; then
          boot
        fi
      fi
    fi
  fi
  set root="$linbo_net"
  linux /linbo64 $@
  initrd /linbofs64
  boot
}
`

/** Whether iPXE takes these kernel parameters as they are: its command line has signs of its own. */
export function isPlainForIpxe(parameters: string): boolean {
  return /^[\w\s.,:=@%+/-]*$/.test(parameters) && parameters.length < 900
}
