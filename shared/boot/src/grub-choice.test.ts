import { describe, expect, it } from 'vitest'
import { chooseGrubConfig, type GrubConfigFile } from './grub-choice.ts'

const missing = (file: string): GrubConfigFile => ({
  ...{ file, kind: 'missing', target: null, text: null, isHandWritten: false },
})
const managed = (file: string): GrubConfigFile => ({ ...missing(file), kind: 'managed', text: 'x' })
const own = (file: string): GrubConfigFile => ({
  ...{ ...missing(file), kind: 'own', text: 'x', isHandWritten: true },
})
const link = (file: string, to: GrubConfigFile): GrubConfigFile => ({
  ...{ ...missing(file), kind: 'link', target: to.file },
  ...{ text: to.text, isHandWritten: to.isHandWritten },
})

const lab = 'boot/grub/lab.cfg'
const host = 'boot/grub/hostcfg/pc01.cfg'
const mac = 'boot/grub/hostcfg/52:54:00:00:00:01.cfg'
const usual = {
  pxe: 1,
  main: managed('boot/grub/grub.cfg'),
  hostConfig: link(host, managed(lab)),
  groupConfig: managed(lab),
  macConfig: link(mac, managed(lab)),
}

describe('chooseGrubConfig', () => {
  it.each([
    ['the link of the host', usual, 'host-link', lab, false],
    ['a file of the host', { ...usual, hostConfig: own(host) }, 'host-file', host, true],
    [
      'the link to a hand-written group',
      { ...usual, hostConfig: link(host, own(lab)) },
      'host-link',
      lab,
      true,
    ],
    ['the group', { ...usual, hostConfig: missing(host) }, 'group', lab, false],
    [
      'the group when the link of the host leads nowhere',
      { ...usual, hostConfig: link(host, missing('boot/grub/gone.cfg')) },
      'group',
      lab,
      false,
    ],
    [
      'the address of the card when DHCP names no group',
      { ...usual, pxe: 0, hostConfig: missing(host) },
      'mac',
      lab,
      false,
    ],
    [
      'failsafe mode when there is nothing',
      {
        ...usual,
        hostConfig: missing(host),
        groupConfig: missing(lab),
        macConfig: missing(mac),
      },
      'none',
      null,
      false,
    ],
    [
      "an administrator's own first configuration",
      { ...usual, main: own('boot/grub/grub.cfg') },
      'main-hand-written',
      'boot/grub/grub.cfg',
      true,
    ],
    [
      'no first configuration',
      { ...usual, main: missing('boot/grub/grub.cfg') },
      'main-missing',
      null,
      false,
    ],
  ] as const)('%s', (_name, found, reason, file, isHandWritten) => {
    expect(chooseGrubConfig(found)).toEqual({ reason, file, isHandWritten })
  })
})
