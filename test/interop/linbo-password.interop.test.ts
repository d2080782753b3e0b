import { hashPassword } from '@linbo/linbofs'
import { spawnChild } from '@linbo/runtime'
import { expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'

/** As LINBO's own script asks for it. */
async function asClient(password: string, salt: string): Promise<string> {
  let hash = ''
  const child = spawnChild({
    ...{ command: 'argon2', args: [salt, '-t', '1000'], debianPackage: 'argon2' },
    input: `${password}\n`,
    onLine: (line) => {
      hash = /^Hash:\s+(\S+)/.exec(line)?.[1] ?? hash
    },
  })
  expect(await child.exited).toBe(0)
  return hash
}

requireTool('argon2')('the hash of the LINBO password', () => {
  it.each([
    ['Muster!1', 'abcdefghijklmnopqrstuvwxyz012345'],
    ['a_long-Password.with=all+that/may%be@in#it', 'ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ'],
  ])('is what argon2 counts for %s', async (password, salt) => {
    expect((await hashPassword(password, salt)).hash).toBe(await asClient(password, salt))
  })
})
