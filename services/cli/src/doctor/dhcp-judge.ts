import { doubtful, type Finding, ill, well } from './check.ts'
import type { Asker, Offer } from './dhcp-ask.ts'

/** What machines should be told. */
export interface Expected {
  /** LINBO_SERVER_IP. */
  server: string
  /** LINBO_DHCP. */
  mode: 'off' | 'proxy' | 'full'
  /** The server that the overlay in linbofs64 names; undefined without one. */
  overlay: string | undefined
  /** The machine asked for; undefined for one that nobody registered. */
  host: { hostname: string; ip: string | null; group: string; pxe: number } | undefined
}

const names: Record<Asker, string> = { bios: 'PXE BIOS', uefi: 'PXE UEFI', linbo: 'LINBO' }
const choices =
  'Choose: LINBO_SERVER_OVERLAY=yes and `linbo boot build`; or `linbo dhcp config --for …` for that server; or LINBO_DHCP=full and that server off.'

/** What is right and wrong with the offers one asker got, and how to mend it. */
export function judgeOffers(asker: Asker, offers: Offer[], expected: Expected): Finding[] {
  const name = names[asker]
  const main = offers.filter((offer) => offer.ip !== undefined)
  const [first] = main
  if (!first) {
    const fix =
      expected.mode === 'full'
        ? 'See `linbo status`; LINBO_DHCP_INTERFACE must name this network. On the server itself this may be normal.'
        : 'Is its server on, does a relay pass requests on, has its pool free addresses?'
    return [ill(name, 'no server offers an address', fix)]
  }
  const findings = main.map((offer) => well(name, tell(offer)))
  if (new Set(main.map((offer) => offer.server)).size > 1) {
    const servers = main.map((offer) => offer.server).join(', ')
    const fix = 'Switch off all but one: which of them a machine takes is chance.'
    findings.push(ill(name, `several servers offer addresses: ${servers}`, fix))
  }
  const { host } = expected
  if (host?.ip && first.ip !== host.ip) {
    const fix = `Reserve ${host.ip} for this machine there: \`linbo dhcp config --for …\` writes it.`
    findings.push(doubtful(name, `${first.ip} is not the host's address ${host.ip}`, fix))
  }
  if (asker === 'linbo') return [...findings, ...judgeLinbo(first, expected)]
  return [...findings, ...judgeBoot(name, first, offers, expected)]
}

function judgeBoot(name: string, main: Offer, offers: Offer[], expected: Expected): Finding[] {
  const { server, mode } = expected
  const ours = offers.find((offer) => offer.ip === undefined && offer.server === server)
  const strangers = offers.filter((offer) => offer.ip === undefined && offer.server !== server)
  const findings = strangers.map((offer) =>
    ill(
      name,
      `another PXE server offers boot files: ${tell(offer)}`,
      `Switch off ${offer.server}'s.`,
    ),
  )
  if (ours) {
    const both = `${main.server} names a boot file too: ${main.bootFile}`
    const fix = 'Take it out there, or set LINBO_DHCP=off: firmwares differ in which one they load.'
    return [
      ...findings,
      well(name, `boot file from our proxy: ${ours.bootFile}`),
      ...(main.bootFile ? [doubtful(name, both, fix)] : []),
    ]
  }
  if (mode === 'proxy') {
    const fix = `Relays must pass requests on to ${server} too, and UDP ports 67 and 4011 be open there.`
    return [...findings, ill(name, 'our proxy is not heard', fix)]
  }
  if (!main.bootFile)
    return [...findings, ill(name, `${main.server} names no boot file`, setBoot(main))]
  if (main.siaddr === server) return findings
  const detail = `${main.server} sends machines to ${main.siaddr} for their boot file`
  return [...findings, ill(name, detail, `next-server there must be ${server}. ${setBoot(main)}`)]
}

const setBoot = ({ server }: Offer) =>
  `Give ${server} what \`linbo dhcp config --for …\` writes, or set LINBO_DHCP=proxy.`

function judgeLinbo(main: Offer, expected: Expected): Finding[] {
  const { server, overlay, host } = expected
  const name = names.linbo
  if (overlay === server) {
    return [well(name, 'server, host name and group come from the overlay in linbofs64')]
  }
  if (overlay) {
    const detail = `the overlay in linbofs64 sends machines to ${overlay}, not to ${server}`
    return [ill(name, detail, 'Run: linbo boot build')]
  }
  const findings: Finding[] = []
  if (main.server !== server) {
    const detail = `takes ${main.server} for its server (option 54), not ${server}`
    findings.push(ill(name, detail, choices))
  }
  const group = host && host.pxe !== 0 ? host.group : undefined
  if (main.group !== group) {
    const detail = `group (option 40) is ${main.group ?? 'missing'}, not ${group ?? 'absent'}`
    findings.push(ill(name, detail, choices))
  }
  const hostname = host?.hostname ?? 'pxeclient'
  if (main.hostname !== hostname) {
    const detail = `host name (option 12) is ${main.hostname ?? 'missing'}, not ${hostname}`
    findings.push((host ? ill : doubtful)(name, detail, choices))
  }
  return findings
}

function tell(offer: Offer): string {
  const parts = [
    `${offer.server} offers ${offer.ip ?? 'no address'}`,
    offer.hostname && `name ${offer.hostname}`,
    offer.group && `group ${offer.group}`,
    offer.bootFile && `${offer.bootFile} from ${offer.siaddr}`,
  ]
  return parts.filter(Boolean).join(', ')
}
