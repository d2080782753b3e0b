/** Codes of what can go wrong with a boot medium. */
export const isoErrors = {
  /** There is no kernel or initramfs to put on it. */
  files: 'ISO_NO_BOOT_FILES',
  grub: 'ISO_GRUB_MISSING',
  tool: 'ISO_TOOL_FAILED',
  space: 'ISO_NO_SPACE',
  folder: 'ISO_UNWRITABLE',
  changing: 'ISO_CHANGING',
} as const
