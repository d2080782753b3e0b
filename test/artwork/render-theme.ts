// Draws the pictures of GRUB's theme and makes its fonts: node test/artwork/render-theme.ts
// To be run after a change of the drawings; what it makes is kept in git. Needs chromium, grub-common and fonts-dejavu-core.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  classShapes,
  iconKinds,
  menuFonts,
  osTypes,
  type Picture,
  themePictures,
} from '@linbo/boot'
import { chromium } from 'playwright-core'
import { mustRun } from '../bench/support/programs.ts'

const folder = join(import.meta.dirname, '../../shared/boot/theme')
const fonts = '/usr/share/fonts/truetype/dejavu'
/** Latin, general punctuation, arrows and frames: what titles, texts and GRUB's own frames are made of. */
const range = '0x20-0x17f,0x2010-0x2027,0x20ac-0x20ac,0x2190-0x2193,0x2500-0x257f'
const iconPixels = 32

const pictures = new Map(themePictures())
const kinds = ['', ...iconKinds.map((kind) => `_${kind}`)]
const classes = osTypes.flatMap((type) => kinds.map((kind) => `${type}${kind}`))
for (const name of ['linbo', 'os', ...classes]) {
  const shapes = `<g transform="scale(${iconPixels / 64})">${classShapes(name)}</g>`
  pictures.set(`icons/${name}.png`, { shapes, width: iconPixels, height: iconPixels })
}

await rm(folder, { recursive: true, force: true })
await mkdir(join(folder, 'icons'), { recursive: true })
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage()
for (const [file, picture] of pictures) await writeFile(join(folder, file), await draw(picture))
await browser.close()
for (const { file, name } of menuFonts) {
  const [, family, pixels] = name.match(/^(.*) Regular (\d+)$/) ?? []
  const ttf = join(fonts, `${family?.replaceAll(' ', '')}.ttf`)
  const words = [`--size=${pixels}`, `--range=${range}`, `--output=${join(folder, file)}`, ttf]
  await mustRun('grub-mkfont', words)
}

await copyFile('/usr/share/doc/fonts-dejavu-core/copyright', join(folder, 'fonts-copyright.txt'))

async function draw({ shapes, width, height }: Picture): Promise<Buffer> {
  const size = `width="${width}" height="${height}"`
  await page.setContent(
    `<style>*{margin:0}svg{display:block}</style><svg xmlns="http://www.w3.org/2000/svg" ${size}>${shapes}</svg>`,
  )
  return page.screenshot({ clip: { x: 0, y: 0, width, height }, omitBackground: true })
}
