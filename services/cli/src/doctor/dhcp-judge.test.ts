import { describe, expect, it } from 'vitest'
import type { Asker, Offer } from './dhcp-ask.ts'
import { type Expected, judgeOffers } from './dhcp-judge.ts'

const server = '10.0.0.1'
const host = { hostname: 'pc01', ip: '10.0.0.51', group: 'win11', pxe: 1 }
const expected: Expected = { server, mode: 'off', overlay: undefined, host }

const offer = (more: Partial<Offer> = {}): Offer => ({
  ...{ server: '10.0.0.2', ip: '10.0.0.51', siaddr: server, bootFile: 'boot/grub/i386-pc/core.0' },
  ...{ hostname: 'pc01', group: 'win11', extensionsPath: 'win11' },
  ...more,
})
const proxy = offer({ server, ip: undefined, bootFile: 'boot/grub/i386-pc/core-proxy.0' })

function judge(asker: Asker, offers: Offer[], more: Partial<Expected> = {}) {
  const findings = judgeOffers(asker, offers, { ...expected, ...more })
  for (const one of findings) expect(one.fix === null).toBe(one.state === 'ok')
  return findings.filter((one) => one.state !== 'ok').map((one) => `${one.state}: ${one.detail}`)
}

describe('judgeOffers', () => {
  it('finds nothing wrong where another server says all that LINBO needs', () => {
    expect(judge('bios', [offer()])).toEqual([])
    expect(judge('linbo', [offer({ server })])).toEqual([])
  })

  it('finds nothing wrong with a proxy beside a server that knows no LINBO, given the overlay', () => {
    const plain = offer({ siaddr: '10.0.0.2', bootFile: undefined, group: undefined })
    expect(judge('uefi', [plain, proxy], { mode: 'proxy' })).toEqual([])
    expect(judge('linbo', [plain], { mode: 'proxy', overlay: server })).toEqual([])
  })

  it.each<[string, Asker, Offer[], Partial<Expected>, string]>([
    ['nobody answers', 'bios', [], {}, 'failed: no server offers an address'],
    ['only the proxy answers', 'uefi', [proxy], { mode: 'proxy' }, 'failed: no server offers'],
    ['two servers do', 'bios', [offer(), offer({ server: '10.0.0.3' })], {}, 'failed: several'],
    [
      'the address is another',
      'bios',
      [offer({ ip: '10.0.0.99' })],
      {},
      'warning: 10.0.0.99 is not',
    ],
    [
      'no boot file is named',
      'uefi',
      [offer({ bootFile: undefined })],
      {},
      'failed: 10.0.0.2 names',
    ],
    ['it lies elsewhere', 'bios', [offer({ siaddr: '10.0.0.9' })], {}, 'failed: 10.0.0.2 sends'],
    ['the proxy is not heard', 'bios', [offer()], { mode: 'proxy' }, 'failed: our proxy'],
    [
      'both name a boot file',
      'bios',
      [offer(), proxy],
      { mode: 'proxy' },
      'warning: 10.0.0.2 names',
    ],
    [
      'there is a second PXE server',
      'bios',
      [offer(), offer({ server: '10.0.0.7', ip: undefined })],
      {},
      'failed: another PXE server',
    ],
    ['option 54 is another', 'linbo', [offer()], {}, 'failed: takes 10.0.0.2 for its server'],
    ['no group is named', 'linbo', [offer({ server, group: undefined })], {}, 'failed: group'],
    ['the name is another', 'linbo', [offer({ server, hostname: 'x' })], {}, 'failed: host name'],
    [
      'the overlay is for another',
      'linbo',
      [offer()],
      { overlay: '10.0.0.9' },
      'failed: the overlay',
    ],
    [
      'a stranger is given a group',
      'linbo',
      [offer({ server, hostname: 'pxeclient' })],
      { host: undefined },
      'failed: group (option 40) is win11, not absent',
    ],
  ])('says so when %s', (_what, asker, offers, more, begin) => {
    const wrong = judge(asker, offers, more)
    expect(wrong.length).toBeGreaterThan(0)
    expect(wrong[0]).toContain(begin)
  })
})
