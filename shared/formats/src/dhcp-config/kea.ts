import { type DhcpFacts, groupOf, heading, printable, unknownHost } from './facts.ts'

interface Option {
  name: string
  data: string
  'always-send'?: true
}

/** Members of `Dhcp4` for Kea 2.2 and newer, to be included into `kea-dhcp4.conf`. */
export function keaConfig(facts: DhcpFacts): string {
  const { server, files } = facts
  const { hosts, leftOut } = printable(facts)
  const intro = heading(
    '//',
    [
      'LINBO for Kea. Save as /etc/kea/linbo.json and write into "Dhcp4": { ... } of /etc/kea/kea-dhcp4.conf:',
      '  <?include "/etc/kea/linbo.json"?>,',
      'then: kea-dhcp4 -t /etc/kea/kea-dhcp4.conf && systemctl restart kea-dhcp4-server',
      'Client classes or global reservations you already have go into the lists below.',
      '',
      `Only LINBO itself (vendor class udhcp) is told that ${server} is its DHCP server; all others renew here.`,
    ],
    leftOut,
  )
  const begins = (text: string) => `substring(option[60].hex, 0, ${text.length}) == '${text}'`
  const isUefi = 'option[93].hex == 0x0007 or option[93].hex == 0x0009'
  const pxe = { 'next-server': server, 'option-data': [always('host-name', unknownHost)] }
  const members = {
    'client-classes': [
      {
        name: 'linbo-http',
        test: begins('HTTPClient'),
        'boot-file-name': files.http,
        'option-data': [always('vendor-class-identifier', 'HTTPClient')],
      },
      {
        name: 'linbo-uefi',
        test: `${begins('PXEClient')} and (${isUefi})`,
        'boot-file-name': files.uefi,
        ...pxe,
      },
      {
        name: 'linbo-bios',
        test: `${begins('PXEClient')} and not (${isUefi})`,
        'boot-file-name': files.bios,
        ...pxe,
      },
      {
        name: 'linbo-client',
        test: begins('udhcp'),
        'option-data': [
          { name: 'dhcp-server-identifier', data: server },
          always('host-name', unknownHost),
        ],
      },
    ],
    'reservations-global': true,
    'reservations-in-subnet': true,
    reservations: hosts.map((host) => {
      const group = groupOf(host)
      return {
        'hw-address': host.mac,
        ...(host.ip ? { 'ip-address': host.ip } : {}),
        hostname: host.hostname,
        'option-data': [
          always('host-name', host.hostname),
          ...(group ? [always('nis-domain', group), always('extensions-path', group)] : []),
        ],
      }
    }),
  }
  const json = JSON.stringify(members, null, 2).replace(/^\{\n|\n\}$/g, '')
  return `${intro}\n${json}\n`
}

/** An option that is sent whether the client asks for it or not, as many firmwares do not. */
function always(name: string, data: string): Option {
  return { name, data, 'always-send': true }
}
