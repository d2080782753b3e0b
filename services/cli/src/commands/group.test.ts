import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderStartConf, setKey } from '@linbo/formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestIo, type TestServer, testIo } from '../testing.ts'

const text = renderStartConf('uefi-windows', { group: 'lab' })
const theirs = setKey(text, 'linbo', 0, 'KernelOptions', 'theirs')

let server: TestServer | undefined
let folder: string
/** start.conf.lab of the server, and what was saved. */
let stored: string
let revision: number
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-cli-'))
  stored = text
  revision = 1
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

const version = (number: number) => ({
  ...{ number, revision: 'r', sizeBytes: 500, author: 'disk', source: 'disk', comment: '' },
  at: '2026-11-21T08:00:00.000Z',
})
const etag = () => `"${revision}"`
const api: Handler = ({ method, path, body, headers }) => {
  if (!path.startsWith('/groups/lab/start-conf')) return { status: 404, json: { code: 'X' } }
  if (method === 'GET') return { text: stored, headers: { etag: etag() } }
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag()) {
    const current = { ...version(7), revision: String(revision), text: stored }
    return {
      status: 412,
      json: { code: 'START_CONF_CONFLICT', detail: 'version 7', current, removed: null, base: 1 },
    }
  }
  stored = body
  revision++
  return { json: {}, headers: { etag: etag() } }
}

async function linbo(handler: Handler, words: string[], change: (io: TestIo) => void = () => {}) {
  server ??= await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret', PATH: process.env.PATH ?? '' })
  change(io)
  return { code: await run(['group', ...words], io), out: io.printed(), err: io.complained() }
}

/** An editor that does this to the file `$1`; each run the next of them. */
async function editor(...scripts: string[]): Promise<string> {
  const path = join(folder, 'edit')
  const cases = scripts.map((script, n) => `${n === scripts.length - 1 ? '*' : n}) ${script};;`)
  const count = join(folder, 'count')
  await writeFile(
    path,
    `#!/bin/sh\nn=$(cat ${count} 2>/dev/null || echo 0)\necho $((n+1)) > ${count}\ncase $n in ${cases.join(' ')} esac\n`,
  )
  await chmod(path, 0o755)
  return path
}

describe('linbo group edit', () => {
  it('opens the editor, checks and saves what came of it', async () => {
    const EDITOR = await editor("sed -i 's/^KernelOptions.*/KernelOptions = mine/' $1")
    const done = await linbo(api, ['edit', 'lab'], (io) => Object.assign(io.env, { EDITOR }))
    expect(done).toEqual({ code: 0, out: 'start.conf.lab saved\n', err: '' })
    expect(stored).toBe(setKey(text, 'linbo', 0, 'KernelOptions', 'mine'))
  })

  it('saves nothing when nothing was changed, and prefers VISUAL', async () => {
    const VISUAL = `${await editor('true')} --wait`
    const done = await linbo(api, ['edit', 'lab'], (io) =>
      Object.assign(io.env, { VISUAL, EDITOR: '/nonexistent' }),
    )
    expect(done).toEqual({ code: 0, out: 'nothing changed\n', err: '' })
    expect(revision).toBe(1)
  })

  it('shows who was faster, and says where the text is when nobody can be asked', async () => {
    const EDITOR = await editor("sed -i 's/^KernelOptions.*/KernelOptions = mine/' $1")
    const handler: Handler = (request) => {
      const answer = api(request)
      if (request.method === 'GET') {
        stored = theirs
        revision = 2
      }
      return answer
    }
    const done = await linbo(handler, ['edit', 'lab'], (io) => Object.assign(io.env, { EDITOR }))
    expect(done.code).toBe(1)
    expect(done.err).toMatch(/start\.conf\.lab was changed by disk at 2026-11-21 /)
    expect(done.err).toContain('-KernelOptions = theirs\n+KernelOptions = mine\n')
    const path = /Your text is in (\S+)/.exec(done.err)?.[1] ?? ''
    expect(await readFile(path, 'utf8')).toContain('KernelOptions = mine')
    expect(stored).toBe(theirs)
    await rm(join(path, '..'), { recursive: true })
  })

  it('offers to edit again, and saves over what it showed', async () => {
    const set = (word: string) => `sed -i 's/^KernelOptions.*/KernelOptions = ${word}/' $1`
    const EDITOR = await editor(set('mine'), set('both'))
    let isFirst = true
    const handler: Handler = (request) => {
      const answer = api(request)
      if (isFirst) {
        stored = theirs
        revision = 2
      }
      isFirst = false
      return answer
    }
    const questions: string[] = []
    const done = await linbo(handler, ['edit', 'lab'], (io) => {
      Object.assign(io.env, { EDITOR })
      io.answer = async (question) => {
        questions.push(question)
        return ''
      }
    })
    expect(done).toMatchObject({ code: 0, out: 'start.conf.lab saved\n' })
    expect(questions).toEqual(['Edit again, to save over what is there now? [Y/n] '])
    expect(stored).toContain('KernelOptions = both')
  })

  it('does not send what has errors', async () => {
    const EDITOR = await editor("sed -i 's/^KernelOptions.*/KernelOptions = $(x)/' $1")
    const done = await linbo(api, ['edit', 'lab'], (io) => Object.assign(io.env, { EDITOR }))
    expect(done.code).toBe(1)
    expect(done.err).toMatch(/^\d+:\d+: error: .* would be interpreted/m)
    expect(server?.requests.filter((one) => one.startsWith('PUT'))).toEqual([])
    const path = /Your text is in (\S+)/.exec(done.err)?.[1] ?? ''
    await rm(join(path, '..'), { recursive: true })
  })

  it.each([
    ['/nonexistent/editor', 'cannot be started'],
    ['false', 'ended with 1'],
  ])('says that the editor %s does not work', async (EDITOR, says) => {
    const done = await linbo(api, ['edit', 'lab'], (io) => Object.assign(io.env, { EDITOR }))
    expect(done.code).toBe(1)
    expect(done.err).toContain(`${EDITOR} ${says}`)
    const path = /Your text is in (\S+)\.$/m.exec(done.err)?.[1] ?? ''
    expect(await readFile(path, 'utf8')).toBe(text)
    await rm(join(path, '..'), { recursive: true })
  })

  it('sets and removes keys for scripts, and leaves the rest as it is', async () => {
    const words = ['edit', 'lab', '--set', 'linbo.KernelOptions=quiet splash']
    const done = await linbo(api, [...words, '--set=OS.1.Autostart=yes', '--unset', 'linbo.Locale'])
    expect(done).toEqual({ code: 0, out: 'start.conf.lab saved\n', err: '' })
    expect(stored).toMatch(/^KernelOptions = quiet splash$/m)
    expect(stored).toMatch(/^Autostart = yes$/m)
    expect(stored).not.toMatch(/^Locale/m)
    const again = await linbo(api, [...words])
    expect(again.out).toBe('start.conf.lab says so already\n')
    expect(revision).toBe(2)
  })

  it('sets keys in what somebody else has just saved', async () => {
    let isFirst = true
    const handler: Handler = (request) => {
      const answer = api(request)
      if (isFirst) {
        stored = setKey(text, 'linbo', 0, 'Locale', 'en-gb')
        revision = 2
      }
      isFirst = false
      return answer
    }
    const done = await linbo(handler, ['edit', 'lab', '--set', 'linbo.KernelOptions=quiet'])
    expect(done.code).toBe(0)
    expect(stored).toMatch(/^Locale = en-gb$/m)
    expect(stored).toMatch(/^KernelOptions = quiet$/m)
  })

  it.each([
    [['--set', 'KernelOptions=quiet'], 2, '--set KernelOptions=quiet'],
    [['--set', 'os.0.Name=x'], 2, '--set os.0.Name=x'],
    [['--set', 'os.Name=x'], 2, '--set os.Name=x'],
    [['--set', 'linbo.Locale'], 2, '--set linbo.Locale'],
    [['--unset', 'linbo.Locale=x'], 2, '--unset linbo.Locale=x'],
    [['--set', 'linbo.Locale=x', '--file', 'x'], 2, '--file with --set'],
    [['--set', 'os.9.Name=x'], 1, 'there is no'],
    [['--set', 'linbo.Locale=$(x)'], 1, 'Locale: '],
    [['--file', '/nonexistent/file'], 1, 'cannot read /nonexistent/file'],
  ])('refuses %j', async (words, code, says) => {
    const done = await linbo(api, ['edit', 'lab', ...words])
    expect(done.code).toBe(code)
    expect(done.err).toContain(says)
    expect(stored).toBe(text)
  })

  it('takes a file', async () => {
    await writeFile(join(folder, 'new'), theirs)
    const words = ['edit', 'lab', '--file', join(folder, 'new'), '--comment', 'as agreed']
    expect((await linbo(api, words)).code).toBe(0)
    expect(stored).toBe(theirs)
    expect(server?.requests).toEqual(['PUT /groups/lab/start-conf?comment=as%20agreed'])
  })
})

describe('linbo group', () => {
  const one = {
    ...{ name: 'lab', hosts: 3, startConf: true, revision: 'r', changed: version(7) },
    ...{ formerNames: [], os: [{ number: 1, name: 'Debian', image: 'd.qcow2' }] },
    ...{ errors: 0, warnings: 2 },
  }

  it('lists groups with their state and who changed them last', async () => {
    const answer: Handler = () => ({ json: { items: [one], next: null } })
    expect((await linbo(answer, ['list'])).out).toMatch(
      /lab +3 +2 warnings +Debian +2026-11-21 \S+ +disk/,
    )
    expect(JSON.parse((await linbo(answer, ['list', '--json', '--removed'])).out)).toEqual([one])
    expect(server?.requests.at(-1)).toBe('GET /groups?removed=true')
  })

  it('lists the history and prints an old version', async () => {
    const removed = { ...version(2), sizeBytes: null }
    const list: Handler = ({ path }) =>
      path.endsWith('/versions/1')
        ? { json: { ...version(1), text } }
        : { json: { items: [removed, version(1)], next: null } }
    const { out } = await linbo(list, ['history', 'lab'])
    expect(out).toMatch(/2 +2026-11-21 \S+ +disk +disk +removed/)
    expect(out).toMatch(/1 +2026-11-21 \S+ +disk +disk +500 B/)
    expect((await linbo(list, ['show', 'lab', '--version', '1'])).out).toBe(text)
  })

  it.each([
    [['diff', 'lab', '--from', '1'], 'GET /groups/lab/diff?to=current&from=1', '', '--- a\n'],
    [['restore', 'lab', '4'], 'POST /groups/lab/versions/4/restore', '', 'version 4 again'],
    [['clone', 'lab', 'new'], 'POST /groups/lab/clone', '{"name":"new"}', 'group new made'],
    [['rename', 'lab', 'new'], 'POST /groups/lab/rename', '{"name":"new"}', 'with 300 hosts'],
    [['remove', 'lab'], 'DELETE /groups/lab', '', 'group lab removed'],
    [
      ['create', 'new', '--template', 'uefi-windows', '--param', 'locale=en-gb', '--param=a=b'],
      'POST /groups',
      '{"name":"new","template":{"id":"uefi-windows","values":{"locale":"en-gb","a":"b"}}}',
      'group new made',
    ],
  ])('%j asks the server', async (words, request, body, says) => {
    const sent: string[] = []
    const done = await linbo((asked) => {
      sent.push(asked.body)
      return { json: { text: '--- a\n', hosts: 300, files: [] } }
    }, words)
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(server?.requests).toEqual([request])
    expect(sent).toEqual([body])
    expect(done.out).toContain(says)
  })

  it.each([
    ['create', 'new'],
    ['create', 'new', '--file', 'x', '--template', 'y'],
    ['create', 'new', '--template', 'y', '--param', 'x'],
    ['rename', 'lab'],
  ])('%j %j … is a usage error', async (...words) => {
    expect((await linbo(api, words)).code).toBe(2)
  })
})
