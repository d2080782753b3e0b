import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSchool } from '../support/school.ts'
import { modes, type Suite, startSuite } from '../support/suite.ts'

interface Version {
  author: string
  source: string
}

describe.each(modes)('groups, %s', (mode) => {
  let suite: Suite
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-groups-'))
    const editor = join(folder, 'editor')
    suite = await startSuite(mode, { EDITOR: editor })
    // Somebody else edits the file by hand while it is open in the editor.
    const set = (value: string, file: string) =>
      `sed -i 's/^KernelOptions.*/KernelOptions = ${value}/' ${file}`
    const lines = [set('mine', '"$1"'), set('by-hand', join(suite.linboDir, 'start.conf.edited'))]
    await writeFile(editor, `#!/bin/sh\n${lines.join('\n')}\n`)
    await chmod(editor, 0o755)
  }, 90_000)
  afterAll(async () => {
    await suite?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const linbo = (...words: string[]) => suite.cli('linbo', 'group', ...words)
  const versions = async (group: string) =>
    (await suite.api<{ items: Version[] }>('GET', `/groups/${group}/versions`)).items
  const onDisk = (file: string) => readFile(join(suite.linboDir, file), 'utf8')

  it('come from a template, and an edit by hand during an edit is shown, not lost', async () => {
    const words = ['edited', '--template', 'uefi-linux', '--param', 'kernelOptions=quiet']
    expect(await linbo('create', ...words)).toMatchObject({ code: 0, err: '' })
    const { code, err } = await linbo('edit', 'edited')
    expect(code).toBe(1)
    expect(err).toMatch(/start\.conf\.edited was changed by disk at /)
    expect(err).toContain('-KernelOptions = by-hand\n+KernelOptions = mine\n')
    expect(await onDisk('start.conf.edited')).toMatch(/^KernelOptions = by-hand$/m)
    const path = /Your text is in (\S+)/.exec(err)?.[1] ?? ''
    expect(await linbo('edit', 'edited', '--file', path)).toMatchObject({ code: 0 })
    await rm(dirname(path), { recursive: true })
    expect(await onDisk('start.conf.edited')).toMatch(/^KernelOptions = mine$/m)
    expect((await linbo('diff', 'edited')).out).toContain('-KernelOptions = by-hand\n')
    expect(await versions('edited')).toMatchObject([
      { author: 'admin', source: 'cli' },
      { author: 'disk', source: 'disk' },
      { author: 'admin', source: 'cli' },
    ])
  })

  it('let machines boot that still ask for the name of before, also while it changes', async () => {
    const school = await openSchool(suite, { count: 3, network: mode === modes[0] ? 101 : 102 })
    const booting = school.fleet.boot(3)
    const renamed = await linbo('rename', 'lab', 'room204')
    expect(renamed).toMatchObject({ code: 0, out: expect.stringContaining('with 3 hosts') })
    expect(await booting).toMatchObject({ arrived: 3, failures: [] })
    await school.fleet.powerOff()
    expect(await school.fleet.boot(3)).toMatchObject({ arrived: 3, failures: [] })
    expect(await onDisk('start.conf.lab')).toMatch(/^Group = room204$/m)
    await school.close()
  })

  it('have the new name after a kill -9 in the midst of it', async () => {
    await linbo('create', 'many', '--template', 'bios-linux')
    const rows = Array.from({ length: 300 }, (_, n) => {
      const hex = n.toString(16).padStart(4, '0')
      return `r7;r7-pc${n};many;52:54:07:00:${hex.slice(0, 2)}:${hex.slice(2)};10.7.${n >> 7}.${(n & 127) + 1};;;;;;1;;;;\n`
    })
    await suite.api('POST', '/hosts/import', rows.join(''))
    const asked = suite.api('POST', '/groups/many/rename', { name: 'few' }).catch(() => undefined)
    while (!existsSync(join(suite.linboDir, 'start.conf.few'))) await readdir(suite.linboDir)
    await suite.kill()
    await asked
    await suite.restart()
    expect(await suite.api('GET', '/groups/few')).toMatchObject({
      ...{ hosts: 300, startConf: true, formerNames: ['many'], changed: { source: 'rename' } },
    })
    const links = await readdir(join(suite.linboDir, 'boot/grub/hostcfg'))
    const ours = links.filter((name) => name.startsWith('r7-pc'))
    expect(ours).toHaveLength(300)
    for (const name of ours)
      expect(await readlink(join(suite.linboDir, 'boot/grub/hostcfg', name))).toBe('../few.cfg')
    expect(await onDisk('boot/grub/many.cfg')).toBe(await onDisk('boot/grub/few.cfg'))
    expect((await versions('few')).map((version) => version.source)).toEqual(['rename', 'cli'])
  })
})
