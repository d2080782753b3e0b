import { themeColors, themeLayout } from './grub-theme.ts'

/** A picture of the theme: what is inside its SVG, and its size in pixels. */
export interface Picture {
  shapes: string
  width: number
  height: number
}

const word = (path: string) =>
  `<path d="${path}" fill="none" stroke="#ffffff" stroke-width="9" stroke-linecap="round" stroke-linejoin="round"/>`

/** LINBO in five letters, the last of them going round: our own drawing. */
export const logo: Picture = {
  width: themeLayout.logo.width,
  height: themeLayout.logo.height,
  shapes:
    word(
      'M24 22V68H48M72 22V68M98 68V22L130 68V22M156 22V68H174A12 12 0 0 0 174 44H156M156 44H171A11 11 0 0 0 171 22H156',
    ) +
    `<path d="M212 41A24 24 0 0 1 255 31M258 49A24 24 0 0 1 215 59" fill="none" stroke="${themeColors.accent}" stroke-width="9" stroke-linecap="round"/>` +
    `<path d="M262 18V40H240ZM208 72V50H230Z" fill="${themeColors.accent}"/>`,
}

/** A box GRUB draws at any size: eight pieces round it and one in the middle, or three in a row. */
function box(style: string, pieces: string[], corner: number, height: number, look: string) {
  const field = 3 * corner
  const rect = `<rect width="${field}" height="${height}" ${look}/>`
  return pieces.map((piece): [string, Picture] => {
    const x = piece.endsWith('w') ? 0 : piece.endsWith('e') ? 2 * corner : corner
    const isWhole = height < field || height > field
    const y = isWhole || piece.startsWith('n') ? 0 : piece.startsWith('s') ? 2 * corner : corner
    const shapes = `<g transform="translate(${-x} ${-y})">${rect}</g>`
    return [`${style}_${piece}.png`, { shapes, width: corner, height: isWhole ? height : corner }]
  })
}

const all = ['nw', 'n', 'ne', 'w', 'c', 'e', 'sw', 's', 'se']
const { corner, item } = themeLayout

/** The pictures of the theme by their file names, without the icons. */
export function themePictures(): Map<string, Picture> {
  const panel = `rx="${corner - 2}" fill="${themeColors.panel}" fill-opacity="0.85"`
  const terminal = `rx="${corner - 2}" fill="#0f1b24"`
  const selection = `rx="9" fill="${themeColors.selection}"`
  return new Map([
    ['linbo_logo.png', logo],
    ...box('menu', all, corner, 3 * corner, panel),
    ...box('terminal_box', all, corner, 3 * corner, terminal),
    ...box('select', ['w', 'c', 'e'], corner, item.height, selection),
    ...box('bar', ['c'], 6, 6, `fill="${themeColors.panel}"`),
    ...box('thumb', ['c'], 6, 6, `fill="${themeColors.selection}"`),
  ])
}
