import { parseCommands } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import { onbootText } from './onboot.ts'

function made(
  text: string,
  flags: { noauto?: boolean; disableGui?: boolean } = {},
  password: string | null = null,
) {
  const commands = text === '' ? [] : parseCommands(text)
  return onbootText({ commands, noauto: false, disableGui: false, ...flags }, password)
}

describe('onbootText', () => {
  it.each<[string, { noauto?: boolean; disableGui?: boolean }, string | null, string]>([
    ['sync:1,start:1', {}, null, 'sync:1,start:1\n'],
    ['initcache:torrent,format:2', {}, null, 'initcache:torrent,format:2\n'],
    ['sync:1', { noauto: true, disableGui: true }, null, 'sync:1,noauto,disablegui\n'],
    ['', { noauto: true }, null, ',noauto\n'],
    ['', { disableGui: true }, null, ',disablegui\n'],
    ['upload_image:1', {}, 'Muster!', 'linbo:Muster!,upload_image:1\n'],
    ['create_image:1:"two words",halt', {}, null, 'create_image:1:\\"two words\\",halt\n'],
  ])('writes %j with %j', (text, flags, password, file) => {
    expect(made(text, flags, password)).toEqual({ text: file })
  })

  it.each([
    ['prestart:1', null, /prestart/],
    ['create_image:1:"old, older"', null, /comma/],
    ['create_image:1:"with noauto"', null, /switch/],
    ['create_image:1:"disablegui test"', null, /switch/],
    ['upload_image:1', 'with,comma', /password/],
    ['upload_image:1', 'with blank', /password/],
    ['upload_image:1', '$(reboot)', /password/],
    ['upload_image:1', 'a\nb', /password/],
  ])('refuses %j with the password %j', (text, password, reason) => {
    expect(made(text, {}, password)).toEqual({ refused: expect.stringMatching(reason) })
  })
})
