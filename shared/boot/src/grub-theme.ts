/** Sizes in pixels, places in percent of the screen, colours as GRUB writes them. */
export const themeColors = {
  background: '#2a4457',
  panel: '#1d3242',
  selection: '#3f6680',
  accent: '#f0a63a',
  text: '#d5e0e8',
  selectedText: '#ffffff',
  hint: '#9fb4c2',
} as const

export const themeLayout = {
  logo: { topPercent: 5, width: 286, height: 90 },
  menu: { leftPercent: 14, topPercent: 27, widthPercent: 72, heightPercent: 56 },
  item: { height: 42, padding: 12, spacing: 4, icon: 32, iconSpace: 14 },
  /** Of the picture round the menu and of the one round the selected entry. */
  corner: 12,
  hintTopPercent: 89,
  timeoutTopPercent: 93,
} as const

/** GRUB takes a colour as three numbers outside themes. */
export const backgroundColor = [1, 3, 5]
  .map((at) => Number.parseInt(themeColors.background.slice(at, at + 2), 16))
  .join(',')

/** Fonts of the theme, by the names that are inside the files. */
export const menuFonts = [
  { file: 'dejavu-sans-18.pf2', name: 'DejaVu Sans Regular 18' },
  { file: 'dejavu-sans-14.pf2', name: 'DejaVu Sans Regular 14' },
  { file: 'dejavu-mono-14.pf2', name: 'DejaVu Sans Mono Regular 14' },
] as const
const [itemFont, hintFont, terminalFont] = menuFonts
export const itemFontPixels = 18

export const menuHint = 'Up / Down: choose      Enter: start      E: edit      C: command line'
const { logo, menu, item } = themeLayout

/** `theme.txt`: the logo, the menu in a panel, a line of help, and a bar when a timeout runs. */
export const themeText = `title-text: ""
desktop-color: "${themeColors.background}"
terminal-font: "${terminalFont.name}"
terminal-box: "terminal_box_*.png"
terminal-left: "5%"
terminal-top: "5%"
terminal-width: "90%"
terminal-height: "90%"

+ image {
  left = 50%-${logo.width / 2}
  top = ${logo.topPercent}%
  width = ${logo.width}
  height = ${logo.height}
  file = "linbo_logo.png"
}

+ boot_menu {
  left = ${menu.leftPercent}%
  top = ${menu.topPercent}%
  width = ${menu.widthPercent}%
  height = ${menu.heightPercent}%
  menu_pixmap_style = "menu_*.png"
  item_font = "${itemFont.name}"
  item_color = "${themeColors.text}"
  selected_item_color = "${themeColors.selectedText}"
  selected_item_pixmap_style = "select_*.png"
  icon_width = ${item.icon}
  icon_height = ${item.icon}
  item_icon_space = ${item.iconSpace}
  item_height = ${item.height}
  item_padding = ${item.padding}
  item_spacing = ${item.spacing}
  scrollbar = true
  scrollbar_width = 6
  scrollbar_frame = "bar_*.png"
  scrollbar_thumb = "thumb_*.png"
}

+ label {
  left = 0
  top = ${themeLayout.hintTopPercent}%
  width = 100%
  align = "center"
  font = "${hintFont.name}"
  color = "${themeColors.hint}"
  text = "${menuHint}"
}

+ progress_bar {
  id = "__timeout__"
  left = ${menu.leftPercent}%
  top = ${themeLayout.timeoutTopPercent}%
  width = ${menu.widthPercent}%
  height = 20
  show_text = true
  text = "@TIMEOUT_NOTIFICATION_SHORT@"
  font = "${hintFont.name}"
  text_color = "${themeColors.selectedText}"
  fg_color = "${themeColors.selection}"
  bg_color = "${themeColors.panel}"
  border_color = "${themeColors.panel}"
}
`
