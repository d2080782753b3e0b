import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { readSecret } from './read-secret.ts'

function terminal() {
  const raw: boolean[] = []
  const input = Object.assign(new EventEmitter(), {
    setRawMode: (isRaw: boolean) => raw.push(isRaw),
    resume: () => {},
    pause: () => {},
  })
  let shown = ''
  const show = (text: string) => {
    shown += text
  }
  const read = readSecret(input, show, 'Password: ')
  return {
    raw,
    input,
    read,
    shown: () => shown,
    type: (text: string) => input.emit('data', Buffer.from(text)),
  }
}

it('reads a line without showing it', async () => {
  const { raw, input, read, shown, type } = terminal()
  type('secr')
  type('eX\x7ft\r')
  expect(await read).toBe('secret')
  expect(shown()).toBe('Password: \n')
  expect(raw).toEqual([true, false])
  expect(input.listenerCount('data')).toBe(0)
})

it('begins anew with Ctrl-U and takes what comes in pieces', async () => {
  const { read, input, type } = terminal()
  type('wrong\x15')
  for (const byte of Buffer.from('pä')) input.emit('data', Buffer.from([byte]))
  type('\n')
  expect(await read).toBe('pä')
})

it.each(['\x03', '\x04'])('ends with %j, and gives the terminal back', async (key) => {
  const { raw, read, type } = terminal()
  type(`abc${key}`)
  await expect(read).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(raw).toEqual([true, false])
})
