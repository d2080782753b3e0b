/** A plain GRUB theme: the menu in the middle of the screen, a line of help below it. */
export const themeText = `title-text: ""
desktop-color: "#2a4457"

+ boot_menu {
  left = 20%
  top = 25%
  width = 60%
  height = 50%
  item_color = "#c9d6df"
  selected_item_color = "#ffffff"
  item_height = 28
  item_padding = 8
  item_spacing = 6
}

+ label {
  left = 20%
  top = 80%
  width = 60%
  align = "center"
  color = "#c9d6df"
  text = "Up and Down choose, Enter starts"
}
`
