import type { BootVerdict } from '@linbo/bus'
import type { StoredVerdict } from '@linbo/db'

/** A verdict in English. */
export interface VerdictWords {
  title: string
  likelyCause: string
  /** One thing to do per entry, the most likely help first. */
  whatToDo: string[]
}

type Facts = StoredVerdict['facts']
type Words = (facts: Facts) => VerdictWords

const words: Record<BootVerdict, Words> = {
  'foreign-server': ({ about = 'an unknown address' }) => ({
    title: `Another DHCP server (${about}) answered`,
    likelyCause: `The machine took the address that ${about} offered, which knows nothing of LINBO.`,
    whatToDo: [
      `Find ${about} (often a router or a virtual machine) and switch its DHCP off.`,
      'If it is your main DHCP server, set LINBO_DHCP=proxy and let it send the options for LINBO.',
    ],
  }),
  'wrong-architecture': ({ firmware = 'this firmware' }) => ({
    title: `No boot file for this firmware (${firmware})`,
    likelyCause: 'LINBO starts on BIOS and on 64-bit UEFI; the machine asked as something else.',
    whatToDo: [
      'In the firmware setup, choose 64-bit UEFI network boot, or BIOS (legacy) boot.',
      'A machine with a 32-bit UEFI can only use BIOS boot.',
    ],
  }),
  'unknown-network': ({ about }) => ({
    title: 'The machine asks from a network that is not configured',
    likelyCause: `Its request came from ${about ?? 'a network'} for which this server has no addresses.`,
    whatToDo: [
      'Add the network to LINBO_DHCP_SUBNETS.',
      'Or plug the machine into a socket of the right network (VLAN).',
    ],
  }),
  'pool-exhausted': ({ machine }) => ({
    title: 'No free address left',
    likelyCause: `All addresses of the pool are given out, and ${machine} has no fixed one.`,
    whatToDo: [
      'Make the pool larger: LINBO_DHCP_POOL, or pool= in LINBO_DHCP_SUBNETS.',
      'Or give the machine a fixed address: linbo host add.',
    ],
  }),
  'address-refused': ({ about, ip }) => ({
    title: 'The machine asked for an address it may not have',
    likelyCause: `It wants ${about ?? ip ?? 'an address'}, which belongs to another network or to another machine.`,
    whatToDo: [
      'Usually it asks anew by itself; switch it on again if it does not.',
      'See whether two hosts have the same address: linbo host list.',
    ],
  }),
  'no-answer': () => ({
    title: 'The firmware asked for an address and got no offer',
    likelyCause: 'No DHCP server has an offer for it, or its offer does not reach the machine.',
    whatToDo: [
      'With LINBO_DHCP=proxy: see whether the main DHCP server runs and has free addresses.',
      'Behind a relay: see whether the relay forwards answers too.',
      'The log of the dhcp service says why it made no offer.',
    ],
  }),
  'offer-not-taken': () => ({
    title: 'The machine got an offer and did not take it',
    likelyCause: 'The offer did not reach it, or it took the one of another DHCP server.',
    whatToDo: [
      'See whether a second DHCP server is on this network: linbo doctor.',
      'Switch spanning tree to fast (portfast) on the switch port: until it is, answers get lost.',
      'With LINBO_DHCP=proxy: see whether the main DHCP server gave an address.',
    ],
  }),
  'boot-file-not-asked': () => ({
    title: 'The machine has an address and did not fetch its boot file',
    likelyCause: 'Its TFTP or HTTP requests do not arrive, or go to another server.',
    whatToDo: [
      'Let UDP port 69 and the answers to it through every firewall between machine and server.',
      'See whether LINBO_SERVER_IP is an address that the machine can reach.',
      'With another DHCP server: its next-server (option 66) has to be this server.',
    ],
  }),
  'file-missing': ({ about, detail }) => ({
    title: `A boot file is missing: ${about ?? detail}`,
    likelyCause: `The server does not have ${about ?? 'a file'} that every machine needs to start.`,
    whatToDo: ['linbo boot list says which files are missing and how to get each of them.'],
  }),
  'loader-silent': () => ({
    title: 'The boot loader was fetched and then nothing came',
    likelyCause: 'The firmware did not start it, or it does not get along with this network card.',
    whatToDo: [
      'Switch Secure Boot off in the firmware setup.',
      'Update the firmware, or choose the other kind of network boot (UEFI or BIOS).',
    ],
  }),
  'kernel-not-asked': ({ group }) => ({
    title: 'GRUB has its configuration and did not fetch the kernel',
    likelyCause:
      'GRUB waits in its menu, stopped with an error on the screen, or started from the local disk.',
    whatToDo: [
      'Look at the screen of the machine.',
      `See whether ${group ? `group ${group} has` : 'the machine has a group with'} a start.conf: GRUB's menu is made from it.`,
    ],
  }),
  'client-silent': ({ machine, ip, file }) => ({
    title: `The machine stopped answering in the middle of ${file ?? 'a file'}`,
    likelyCause: `It was switched off, or the link to ${at(machine, ip)} broke.`,
    whatToDo: [
      `Check the network cable and the switch port of ${at(machine, ip)}.`,
      'Switch the machine on again.',
    ],
  }),
  'packet-loss': ({ machine, ip, retries, percent, file }) => ({
    title: `Packets get lost on the way to ${machine}`,
    likelyCause: `${retries} packets had to be sent again (about ${percent} %), most of them of ${file}: cable or switch port of ${at(machine, ip)}.`,
    whatToDo: [
      `Change the network cable of ${at(machine, ip)}.`,
      'Use another switch port; look at the error counters of this one, and at its speed and duplex.',
      'Try the machine on the socket of another one.',
    ],
  }),
  'room-packet-loss': ({ room, machines, percent }) => ({
    title: `Packets get lost on the way to room ${room}`,
    likelyCause: `Several machines lose packets at the same time (${machines}; about ${percent} %): the uplink of the room, not a single cable.`,
    whatToDo: [
      `Check the switch of room ${room} and its cable to the next switch.`,
      'Look at the error counters of the uplink, and whether it runs at full speed.',
    ],
  }),
  'linux-silent': ({ group }) => ({
    title: 'Kernel and initramfs were loaded, then LINBO did not ask for an address',
    likelyCause:
      'Linux has no driver for the network card, stopped while starting, or the card has no link.',
    whatToDo: [
      'Look at the screen of the machine.',
      `Check KernelOptions in start.conf${group ? ` of group ${group}` : ''}.`,
      'Use the newest LINBO: new network cards need a new kernel.',
    ],
  }),
  'linbo-no-lease': () => ({
    title: 'LINBO asked for an address and did not get it',
    likelyCause: 'Its request was not answered, though that of the firmware was.',
    whatToDo: [
      'With LINBO_DHCP=proxy: the main DHCP server has to answer LINBO, not only firmware.',
      'Switch spanning tree to fast (portfast) on the switch port: the link goes down when Linux starts.',
      'The log of the dhcp service says why it did not answer.',
    ],
  }),
  'start-conf-not-asked': ({ group }) => ({
    title: 'LINBO has an address and did not fetch its start.conf',
    likelyCause:
      'It asks another server: the one that DHCP option 54 names. Or it was told no group (option 40).',
    whatToDo: [
      'Option 54 of the DHCP answer has to be the address of this server.',
      `Option 40 has to be the group${group ? ` (${group})` : ''}.`,
      'Let TCP port 873 through every firewall between machine and server.',
    ],
  }),
  unregistered: ({ mac, machine }) => ({
    title: 'The machine is not registered',
    likelyCause: 'LINBO runs, but the machine belongs to no group and gets no start.conf.',
    whatToDo: [`Add it: linbo host add NAME --mac ${mac ?? machine} --group GROUP --room ROOM`],
  }),
  'pxe-off': ({ machine }) => ({
    title: 'LINBO is switched off for this host',
    likelyCause: `${machine} has the PXE flag 0, so that it is told no group.`,
    whatToDo: ['Set its PXE flag to 1.'],
  }),
  'start-conf-missing': ({ group, about, detail }) => ({
    title: `There is no ${about ?? `start.conf of group ${group ?? '(unknown)'}`}`,
    likelyCause: `LINBO asked for the configuration of its group, which does not exist: ${detail}.`,
    whatToDo: [
      `Write the start.conf of group ${group ?? '(unknown)'} in the dashboard, or put it into LINBO_DIR.`,
      'Or give the host the right group.',
    ],
  }),
  'no-ssh': ({ machine, ip }) => ({
    title: 'LINBO has its start.conf and cannot be reached by SSH',
    likelyCause: 'LINBO hangs while starting, a firewall is between, or it refuses our key.',
    whatToDo: [
      'Look at the screen of the machine.',
      `Let TCP port 2222 from this server to ${at(machine, ip)} through.`,
      'The public key of this server has to be in the initramfs, in /.ssh/authorized_keys.',
    ],
  }),
  'step-failed': ({ detail }) => ({
    title: 'A step of the boot failed',
    likelyCause: String(detail),
    whatToDo: ['The log of the service that did it says more.', 'Switch the machine on again.'],
  }),
  slow: ({ tookMs, usualMs, phase, phaseMs, phaseUsualMs }) => ({
    title: `The boot took ${seconds(tookMs)} instead of the usual ${seconds(usualMs)}`,
    likelyCause: `Most of it was lost in the phase "${phase}": ${seconds(phaseMs)} instead of ${seconds(phaseUsualMs)}.`,
    whatToDo: [
      'See whether the other machines of the room were slow too: then it was the network or the server.',
    ],
  }),
}

export function verdictWords({ code, facts }: StoredVerdict): VerdictWords {
  return words[code as BootVerdict](facts)
}

function at(machine: string | number | undefined, ip: string | number | undefined): string {
  return ip === undefined || ip === machine ? String(machine) : `${machine} (${ip})`
}

function seconds(ms: string | number | undefined): string {
  return `${(Number(ms) / 1000).toFixed(1)} s`
}
