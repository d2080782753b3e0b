const hostnamePattern = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/

/** Why a text cannot be a host name (lower case, at most 63 of a-z 0-9 -), or undefined when it can. */
export function whyNotHostname(name: string): string | undefined {
  if (name === '') return 'a host name is missing'
  if (name.length > 63) return `the host name has ${name.length} characters, 63 are allowed`
  if (name === 'pxeclient') return 'pxeclient is what LINBO calls machines it does not know'
  if (name === 'localhost') return 'localhost is every machine itself'
  if (!hostnamePattern.test(name))
    return 'a host name has only a-z, 0-9 and -, and neither begins nor ends with -'
  return undefined
}

/**
 * Why a text cannot be a host group, or undefined when it can. The group is a DHCP string, part of the file
 * name start.conf.<group> and the name of boot/grub/<group>.cfg.
 */
export function whyNotGroup(name: string): string | undefined {
  if (name === '') return 'a group is missing'
  if (name.length > 63) return `the group has ${name.length} characters, 63 are allowed`
  if (name === 'grub') return 'the file of a group "grub" would be boot/grub/grub.cfg itself'
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name))
    return 'a group has only letters, digits, _ and -, and begins with a letter or digit'
  return undefined
}

/** Why a text cannot be a room, or undefined when it can. */
export function whyNotRoom(name: string): string | undefined {
  if (name === '') return 'a room is missing'
  if (name.length > 63) return `the room has ${name.length} characters, 63 are allowed`
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name))
    return 'a room has only letters, digits and -, and begins with a letter or digit'
  return undefined
}

/**
 * Why a text cannot be an image's base name (the part before `.qcow2`), or undefined when it can. Dots are
 * refused because the client's programs cut names at different dots.
 */
export function whyNotImageBase(name: string): string | undefined {
  if (name === '') return 'an image name is missing'
  if (name.length > 200) return `the image name has ${name.length} characters, 200 are allowed`
  if (name.includes('.')) return 'an image name must not contain dots'
  if (name === 'tmp') return 'images/tmp is where the server puts uploads'
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name))
    return 'an image name has only letters, digits, _ and -, and does not begin with -'
  return undefined
}
