import { type CpioEntry, cpio } from './cpio.ts'

/** Where in LINBO's initramfs our files go. */
const overlayFolder = 'usr/share/linbo-server'

/** List of all hosts that the overlay asks for: a line `MAC NAME GROUP` each, without the group for PXE flag 0. */
export const hostList = 'boot/hosts'

/**
 * What is laid over LINBO's own files in `linbofs64` so that a machine takes its LINBO server from there and its name and
 * group from that server, whatever its DHCP server says in options 54, 12 and 40. LINBO's own scripts stay as they
 * are: ours stands before the one udhcpc calls.
 * @param server IPv4 address
 */
export function serverOverlay(server: string): CpioEntry[] {
  return [
    cpio.file(`${overlayFolder}/server`, `${server}\n`),
    cpio.file(`${overlayFolder}/udhcpc`, udhcpcScript, 0o755),
    cpio.file('init', initScript, 0o755),
  ]
}

/** Runs as the first process, in place of LINBO's link to BusyBox's init. */
const initScript = `#!/bin/sh
# Puts our script before the one BusyBox's udhcpc calls, then becomes LINBO's init.
for script in /etc/udhcpc/default.script /usr/share/udhcpc/default.script; do
  if [ -f "$script" ]; then
    mv "$script" "$script.linbo"
    cp /${overlayFolder}/udhcpc "$script"
  fi
done
exec /bin/busybox init "$@"
`

const udhcpcScript = `#!/bin/sh
# udhcpc calls this with a lease. LINBO's own script gets to see our server, and the name and group it gives.
read -r server < /${overlayFolder}/server
answer=/tmp/linbo-server.hosts

# ask_server: fetches the list of hosts with the address of this lease, which is taken back afterwards.
ask_server() {
  ip addr flush dev "$interface"
  ip addr add "$ip/\${mask:-24}" dev "$interface"
  if [ -n "$router" ]; then
    ip route add default via "\${router%% *}" dev "$interface"
  fi
  rsync --contimeout=5 --timeout=10 "$server::linbo/${hostList}" "$answer"
  ip addr flush dev "$interface"
}

if [ "$1" = bound ]; then
  ask_server > /dev/null 2>&1
fi
if [ -n "$serverid" ]; then
  export serverid="$server"
  if [ -s "$answer" ]; then
    read -r mac < "/sys/class/net/$interface/address"
    known=$(grep "^$mac " "$answer")
    set -- "$1" $known
    export hostname="\${3:-pxeclient}" nisdomain="$4"
    set -- "$1"
  fi
fi
exec "$0.linbo" "$@"
`
