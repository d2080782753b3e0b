import type { MachineIdentity } from './machine.ts'

/** What the program `hwinfo` prints on a simulated machine, as far as a server looks at it. */
export function hardwareList({ mac, firmware }: MachineIdentity): string {
  const serial = mac.replaceAll(':', '').toUpperCase()
  const device = (number: string, head: string, fields: string[]) => [
    `${number}: ${head}`,
    '  [Created at sim.1]',
    ...fields.map((field) => `  ${field}`),
    '',
  ]
  return [
    '============ start debug info ============',
    'libhd version 23.2 (x86-64) [7688]',
    '----- /proc/cpuinfo -----',
    ...[0, 1, 2, 3].flatMap((thread) => [
      `  processor	: ${thread}`,
      '  physical id	: 0',
      `  core id		: ${thread >> 1}`,
    ]),
    '----- /proc/cpuinfo end -----',
    '----- kernel log -----',
    '  <4>[    2.301331] r8169 0000:02:00.0: Direct firmware load for rtl_nic/rtl8168h-2.fw failed with error -2',
    '  <6>[    4.812341] r8169 0000:02:00.0 eth0: Link is Up - 1Gbps/Full - flow control rx/tx',
    '----- kernel log end -----',
    '=========== end debug info ============',
    ...device('01', 'None 00.0: 10105 BIOS', [
      'Hardware Class: bios',
      'BIOS Info: #0',
      '  Vendor: "Simulated BIOS"',
      `  Version: "${firmware === 'bios' ? 'legacy' : 'uefi'} 1.0"`,
      '  Date: "11/20/2026"',
      'System Info: #1',
      '  Manufacturer: "Simulated Computers"',
      '  Product: "Simulated PC"',
      `  Serial: "${serial}"`,
      'Memory Device: #2',
      '  Location: "DIMM 1"',
      '  Type: 0x1a (DDR4)',
      '  Size: 8 GB',
      '  Speed: 3200 MHz',
    ]),
    ...device('09', 'None 00.0: 10102 Main Memory', [
      'Hardware Class: memory',
      'Memory Size: 7 GB + 768 MB',
    ]),
    ...device('14', 'PCI 200.0: 0200 Ethernet controller', [
      'Hardware Class: network',
      'Model: "Simulated Ethernet controller"',
      'Vendor: pci 0x10ec "Realtek Semiconductor Co., Ltd."',
      'Device: pci 0x8168 "RTL8111/8168/8411"',
      'Driver: "r8169"',
      'Device File: eth0',
      `HW Address: ${mac}`,
      'Link detected: yes',
    ]),
    ...device('22', 'SCSI 00.0: 10600 Disk', [
      'Hardware Class: disk',
      'Model: "Simulated Disk"',
      `Serial ID: "${serial}"`,
      'Driver: "ahci", "sd"',
      'Device File: /dev/sda',
      'Capacity: 30 GB (32212254720 bytes)',
    ]),
    ...device('23', 'None 00.0: 10103 CPU', [
      'Hardware Class: cpu',
      'Arch: X86-64',
      'Vendor: "GenuineIntel"',
      'Model: 6.154.4 "Simulated CPU"',
    ]),
  ].join('\n')
}
