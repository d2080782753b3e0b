import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { osTypes } from './grub-devices.ts'
import { themeText } from './grub-theme.ts'
import { themePictures } from './grub-theme-shapes.ts'
import { iconKinds, iconNames } from './os-icons.ts'
import { installTheme } from './theme-files.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-theme-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const theme = 'boot/grub/themes/linbo'
const read = (path: string) => readFile(join(root, path), 'utf8')
const put = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
/** Width and height of a PNG that GRUB reads: 8 bits for each of RGB or RGBA, not interlaced. */
async function png(path: string) {
  const bytes = await readFile(join(root, path))
  expect([2, 6]).toContain(bytes[25])
  expect([bytes[24], ...bytes.subarray(26, 29)]).toEqual([8, 0, 0, 0])
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

describe('installTheme', () => {
  it('puts an icon of every class there, in pictures that GRUB reads', async () => {
    await installTheme(root)
    const kinds = ['', ...iconKinds.map((kind) => `_${kind}`)]
    const classes = ['linbo', 'os', ...osTypes.flatMap((type) => kinds.map((kind) => type + kind))]
    for (const name of classes) {
      expect(await png(`${theme}/icons/${name}.png`), name).toEqual([32, 32])
    }
    for (const [file, { width, height }] of themePictures()) {
      expect(await png(`${theme}/${file}`), file).toEqual([width, height])
    }
  })

  it('puts every picture and font there that theme.txt names', async () => {
    await installTheme(root)
    const files = await readdir(join(root, theme))
    for (const [, name = ''] of themeText.matchAll(/"([^"]+\.png)"/g)) {
      const pattern = new RegExp(`^${name.replace('*', '[a-z]+')}$`)
      expect(files.some((file) => pattern.test(file))).toBe(true)
    }
    for (const [, name = ''] of themeText.matchAll(/font(?: = |: )"([^"]+)"/g)) {
      const inside = await Promise.all(
        files.filter((file) => file.endsWith('.pf2')).map((file) => read(`${theme}/${file}`)),
      )
      expect(inside.some((font) => font.includes(`${name}\0`))).toBe(true)
    }
  })

  it('puts icons there that the GUI of the clients reads: plain shapes', async () => {
    await installTheme(root)
    expect(iconNames).toContain('win11')
    for (const name of iconNames) {
      const svg = await read(`icons/${name}.svg`)
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="128" height="128"/)
      expect(svg).not.toMatch(/<(style|filter|use|text|image|script)/)
    }
  })

  it('writes nothing the second time', async () => {
    expect((await installTheme(root)).length).toBeGreaterThan(100)
    expect(await installTheme(root)).toEqual([])
  })

  it("leaves an administrator's files alone, from before and changed later", async () => {
    await put(`${theme}/theme.txt`, '# mine\n')
    await put('icons/ubuntu.svg', '<svg/>')
    await installTheme(root)
    await put('icons/debian.svg', '<svg>mine</svg>')
    expect(await installTheme(root)).toEqual([])
    expect(await read(`${theme}/theme.txt`)).toBe('# mine\n')
    expect(await read('icons/ubuntu.svg')).toBe('<svg/>')
    expect(await read('icons/debian.svg')).toBe('<svg>mine</svg>')
  })

  it('renews its own that is of an older version, and what is missing', async () => {
    await installTheme(root)
    const older = '# of last year\n'
    await put(`${theme}/theme.txt`, older)
    const record = JSON.parse(await read('boot/artwork.json')) as Record<string, string>
    const { createHash } = await import('node:crypto')
    record[`${theme}/theme.txt`] = createHash('sha256').update(older).digest('hex')
    await put('boot/artwork.json', JSON.stringify(record))
    await rm(join(root, 'icons/linux.svg'))
    expect(await installTheme(root)).toEqual([`${theme}/theme.txt`, 'icons/linux.svg'])
    expect(await read(`${theme}/theme.txt`)).toBe(themeText)
  })

  it('takes everything for the administrator when its record is damaged', async () => {
    await installTheme(root)
    await put(`${theme}/theme.txt`, '# mine\n')
    await put('boot/artwork.json', '{"boot')
    expect(await installTheme(root)).toEqual([])
    expect(await read(`${theme}/theme.txt`)).toBe('# mine\n')
  })
})
