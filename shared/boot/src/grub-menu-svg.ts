import type { GrubMenu } from './grub-menu.ts'
import { itemFontPixels, menuHint, themeColors, themeLayout } from './grub-theme.ts'
import { logo } from './grub-theme-shapes.ts'
import { classShapes } from './os-icons.ts'

/**
 * The picture of a menu as GRUB draws it with our theme, or in text mode on a serial console. Nothing in it is loaded
 * from elsewhere.
 * @param screen in pixels
 */
export function grubMenuSvg(
  menu: GrubMenu,
  screen: { width: number; height: number } = { width: 1024, height: 768 },
): string {
  const { width, height } = screen
  const inside = menu.isGraphical ? graphics(menu, width, height) : text(menu, width, height)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${escapeXml(`GRUB: ${menu.group}`)}</title>${inside}</svg>\n`
}

function graphics(menu: GrubMenu, width: number, height: number): string {
  const { corner, item } = themeLayout
  const percent = (whole: number, part: number) => Math.floor((whole * part) / 100)
  const box = {
    left: percent(width, themeLayout.menu.leftPercent),
    top: percent(height, themeLayout.menu.topPercent),
    width: percent(width, themeLayout.menu.widthPercent),
    height: percent(height, themeLayout.menu.heightPercent),
  }
  const step = item.height + item.spacing
  const border = corner + item.padding
  const room = Math.max(1, Math.floor((box.height - 2 * border + item.spacing) / step))
  const isScrolled = menu.entries.length > room
  const barWidth = box.width - 2 * border - (isScrolled ? 2 : 0)
  const lines = menu.entries.slice(0, room).map((entry, index) => {
    const top = box.top + border + index * step
    const isSelected = index === menu.defaultEntry
    const left = box.left + border
    const icon = { x: left + corner, y: top + (item.height - item.icon) / 2 }
    const color = isSelected ? themeColors.selectedText : themeColors.text
    return (
      (isSelected ? rect(left, top, barWidth, item.height, themeColors.selection, 'rx="9"') : '') +
      `<g transform="translate(${icon.x} ${icon.y}) scale(${item.icon / 64})">${classShapes(entry.class)}</g>` +
      label(icon.x + item.icon + item.iconSpace, top + item.height / 2 + 6, entry.title, color)
    )
  })
  const bar = isScrolled ? scrollbar(box, room / menu.entries.length) : ''
  const hintTop = percent(height, themeLayout.hintTopPercent) + 14
  return (
    rect(0, 0, width, height, themeColors.background) +
    `<g transform="translate(${width / 2 - logo.width / 2} ${percent(height, themeLayout.logo.topPercent)})">${logo.shapes}</g>` +
    rect(
      ...([box.left, box.top, box.width, box.height, themeColors.panel] as const),
      `rx="${corner - 2}" fill-opacity="0.85"`,
    ) +
    lines.join('') +
    bar +
    label(width / 2, hintTop, menuHint, themeColors.hint, 14, 'text-anchor="middle"') +
    timeout(menu, box, percent(height, themeLayout.timeoutTopPercent))
  )
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

function scrollbar(box: Box, part: number): string {
  const { corner } = themeLayout
  const left = box.left + box.width - corner
  const height = box.height - 2 * corner
  return (
    rect(left, box.top + corner, 6, height, themeColors.panel) +
    rect(left, box.top + corner, 6, Math.round(height * part), themeColors.selection)
  )
}

function timeout(menu: GrubMenu, box: Box, top: number): string {
  if (menu.timeoutSeconds <= 0) return ''
  const text = `${menu.timeoutSeconds}s`
  return (
    rect(box.left, top, box.width, 20, themeColors.selection) +
    label(
      ...([box.left + box.width / 2, top + 15, text, themeColors.selectedText, 14] as const),
      'text-anchor="middle"',
    )
  )
}

/** GRUB's menu in text mode. */
function text(menu: GrubMenu, width: number, height: number): string {
  const mono = 'font-family="DejaVu Sans Mono, monospace"'
  const grey = '#aaaaaa'
  const step = 20
  const room = Math.floor((height - 220) / step)
  const frame = `<rect x="30" y="70" width="${width - 60}" height="${room * step + 20}" fill="none" stroke="${grey}" stroke-width="2"/>`
  const lines = menu.entries.slice(0, room).map((entry, index) => {
    const top = 80 + index * step
    const isSelected = index === menu.defaultEntry
    return (
      (isSelected ? rect(34, top, width - 68, step, grey) : '') +
      label(
        44,
        top + 15,
        `${isSelected ? '*' : ' '}${entry.title}`,
        isSelected ? '#000000' : grey,
        16,
        mono,
      )
    )
  })
  const title = label(width / 2, 45, 'GNU GRUB', grey, 16, `${mono} text-anchor="middle"`)
  return rect(0, 0, width, height, '#000000') + title + frame + lines.join('')
}

function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  more = '',
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`
}

function label(
  x: number,
  y: number,
  words: string,
  color: string,
  pixels = itemFontPixels,
  more = '',
): string {
  const family = more.includes('font-family')
    ? ''
    : ' font-family="DejaVu Sans, Verdana, sans-serif"'
  return `<text x="${x}" y="${y}" fill="${color}" font-size="${pixels}" xml:space="preserve"${family} ${more}>${escapeXml(words)}</text>`
}

function escapeXml(words: string): string {
  return words
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f\ufffe\uffff]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
