import { mkdir } from 'node:fs/promises'
import { at, banner, download, sendLog, type Workbench } from './bench.ts'
import { flags } from './rsync.ts'

/**
 * `linbo_update` in the order of reference 2.5, on a cache that holds the server's kernel and initramfs already. It
 * ends where a file is missing that LINBO cannot do without.
 */
export async function updateLinbo(bench: Workbench): Promise<void> {
  bench.write(banner('linbo_update'))
  bench.write(
    (await bench.timed('update', () => fetchAll(bench)))
      ? 'Linbo & grub update successfully finished.\n'
      : 'Linbo & grub update failed!\n',
  )
  await sendLog(bench)
}

async function fetchAll(bench: Workbench): Promise<boolean> {
  const { hostname, group, firmware } = bench.machine
  const get = async (path: string, name = path) =>
    (await download(bench, path, at(bench, 'cache', name))) === 0
  await mkdir(at(bench, 'cache', 'boot/grub'), { recursive: true })
  if (!(await get('linbofs64.md5'))) {
    bench.write('Failed to download linbofs64.md5!\n')
    return false
  }
  bench.write('LINBO is up-to-date.\n')
  for (const name of ['torrent-client.conf', 'multicast.list'])
    await download(bench, name, at(bench, name), flags.update)
  const ipxe = `boot/grub/ipxe.${firmware === 'bios' ? 'lkrn' : 'efi'}`
  await get(ipxe)
  await get(`boot/grub/spool/${hostname}.${group}.grub.cfg`, 'boot/grub/grub.cfg')
  const custom = 'boot/grub/custom.cfg'
  if (!(await get(`boot/grub/hostcfg/${hostname}.cfg`, custom)))
    await get(`boot/grub/${group}.cfg`, custom)
  const themes = at(bench, 'cache/boot/grub/themes/')
  if ((await download(bench, 'boot/grub/themes/', themes, flags.directory)) !== 0) return false
  const windows = at(bench, 'cache/linuxmuster-win/')
  return (await download(bench, 'linuxmuster-win/', windows, flags.windows)) === 0
}

/** `linbo_update_gui`: the archive at both places, then the icons (reference 2.6). */
export async function updateGui(bench: Workbench): Promise<void> {
  const archive = 'linbo_gui64_7.tar.lz'
  await mkdir(at(bench, 'cache', 'gui/icons'), { recursive: true })
  let found = false
  for (const path of [archive, `gui/${archive}`]) {
    const to = at(bench, 'cache', 'gui', archive)
    if ((await download(bench, path, to, flags.exists)) !== 0) continue
    found = (await download(bench, path, to)) === 0
  }
  if (!found) {
    bench.write(`Failed to download ${archive}!\n`)
    return
  }
  bench.write('linbo_gui is up-to-date.\n')
  const icons = new Set(bench.startConf.os.map((os) => os.iconName).filter(Boolean))
  for (const icon of icons)
    for (const path of [`icons/${icon}`, `gui/icons/${icon}`])
      await download(bench, path, at(bench, 'cache', 'gui/icons', icon))
}
