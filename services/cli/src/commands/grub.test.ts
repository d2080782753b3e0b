import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GroupGrub, HostGrub } from '../resources.ts'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'

let server: TestServer | undefined
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'linbo-cli-'))
})
afterEach(async () => {
  await server?.close()
  await rm(directory, { recursive: true })
})

async function linboWith(handler: Handler, ...words: string[]) {
  server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}

type Action = NonNullable<GroupGrub['menu']>['entries'][number]['action']
const linbo = (commands: string[]): Action => ({
  ...{ kind: 'linbo', from: 'cache-or-network', commands, parameters: [] },
})
const files = { kernel: 'k', initrd: 'i', parameters: [] }
const menu: NonNullable<GroupGrub['menu']> = {
  ...{ group: 'lab', cache: { device: '(hd0,2)', label: 'cache' }, kernelOptions: [] },
  ...{ defaultEntry: 0, fallbackEntry: 1, timeoutSeconds: 0, isGraphical: true },
  entries: [
    { title: 'LINBO', class: 'linbo', action: linbo([]) },
    {
      title: 'Debian (Start)',
      class: 'debian_start',
      action: { kind: 'system', os: 1, device: '(hd0,1)', label: 'debian', ...files },
    },
    {
      title: 'Debian (Sync+Start)',
      class: 'debian_syncstart',
      action: linbo(['sync:1', 'start:1']),
    },
    {
      title: 'Rescue (Start)',
      class: 'unknown_start',
      action: { kind: 'iso', os: 2, file: 'rescue.iso', ...files },
    },
  ],
}
const lab: GroupGrub = {
  ...{ group: 'lab', file: 'boot/grub/lab.cfg', handWritten: false, current: true },
  ...{ text: '# the configuration\n', menu, problems: [] },
}

describe('linbo group grub', () => {
  it('says what each entry does', async () => {
    const { code, out, err } = await linboWith(() => ({ json: lab }), 'group', 'grub', 'lab')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/0 +LINBO +LINBO from the cache, else the network; starts at once\n/)
    expect(out).toMatch(/1 .*installed in partition debian; starts when the first cannot\n/)
    expect(out).toMatch(/2 .*else the network, which does sync:1, start:1\n/)
    expect(out).toMatch(/3 .*starts rescue\.iso from the cache\n/)
  })

  it('prints the text, and writes the picture to a file', async () => {
    const file = join(directory, 'menu.svg')
    const { out } = await linboWith(
      ({ path }) => (path.endsWith('.svg') ? { text: '<svg/>' } : { json: lab }),
      ...['group', 'grub', 'lab', '--text', '--svg', file],
    )
    expect(out).toBe('# the configuration\n')
    expect(await readFile(file, 'utf8')).toBe('<svg/>')
    expect(server?.requests).toEqual(['GET /groups/lab/grub', 'GET /groups/lab/grub.svg'])
  })

  it.each([
    [{ handWritten: true, menu: null }, 'boot/grub/lab.cfg is hand-written'],
    [{ text: null, menu: null }, 'there is no boot/grub/lab.cfg'],
    [{ menu: null }, 'group lab has no start.conf'],
    [{ current: false }, 'boot/grub/lab.cfg is older'],
  ])('says when the menu is not what machines get: %o', async (more, note) => {
    const { err } = await linboWith(() => ({ json: { ...lab, ...more } }), 'group', 'grub', 'lab')
    expect(err).toContain(note)
  })
})

describe('linbo host grub', () => {
  const pc1: HostGrub = {
    ...{ hostname: 'pc1', group: 'lab', reason: 'host-link', file: 'boot/grub/lab.cfg' },
    ...{ handWritten: false, text: '# the configuration\n', menu },
  }

  it('says why, and what the machine is offered', async () => {
    const { out } = await linboWith(() => ({ json: pc1 }), 'host', 'grub', 'pc1')
    expect(out).toMatch(/^pc1 gets boot\/grub\/lab\.cfg, through its link in hostcfg\n/)
    expect(out).toContain('Rescue (Start)')
  })

  it.each([
    ['host-file', 'its own boot/grub/lab.cfg'],
    ['group', 'because DHCP names group lab'],
    ['mac', 'by the address of its card'],
    ['none', 'LINBO in failsafe mode'],
    ['main-hand-written', 'is hand-written, and decides'],
    ['main-missing', "stops at GRUB's prompt"],
  ] as const)('knows the reason %s', async (reason, words) => {
    const { out } = await linboWith(
      () => ({ json: { ...pc1, reason, menu: null } }),
      ...['host', 'grub', 'pc1'],
    )
    expect(out).toContain(words)
  })
})
