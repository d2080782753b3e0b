import { writeFile } from 'node:fs/promises'
import type { OsSection } from '@linbo/formats'
import { at, banner, type Outcome, type Workbench } from './bench.ts'
import { createImage, uploadImage } from './create-image.ts'
import { format, label, partition, partitionAndFormat } from './disk.ts'
import { initcache, start, sync } from './image.ts'

/** `linbo_wrapper <command> …` (reference 9.1): one command after the other, until one fails. */
export async function linboWrapper(bench: Workbench, words: string[]): Promise<Outcome> {
  bench.write(banner('linbo_wrapper', words.join(' ')))
  for (const word of words) {
    const [name = '', argument = '', ...rest] = word.split(':')
    const comment = rest.join(':')
    bench.write(`Command     : ${name}\n`)
    if (/^\d+$/.test(argument)) bench.write(`OS number   : ${argument}\n`)
    if (comment !== '') bench.write(`Comment        : ${comment}\n`)
    const outcome = await runCommand(bench, name, argument, comment)
    if (outcome !== 0) return outcome
  }
  return 0
}

async function runCommand(
  bench: Workbench,
  name: string,
  argument: string,
  comment: string,
): Promise<Outcome> {
  switch (name) {
    case 'partition':
      return partition(bench)
    case 'format':
      return argument === '' ? partitionAndFormat(bench) : format(bench, Number(argument))
    case 'label':
      return label(bench)
    case 'initcache':
      return initcache(bench)
    case 'linbo':
      await writeFile(at(bench, 'tmp', 'rsyncd.secrets'), `linbo:${argument}\n`, { mode: 0o600 })
      return 0
    case 'prestart':
      // LINBO's wrapper calls the script with a wrong word and gets its usage.
      return usage(bench, 'linbo_prestart <#>')
    case 'reboot':
      return 'reboot'
    case 'halt':
    case 'poweroff':
      return 'halt'
  }
  const isForOs =
    /^(?:sync|new|postsync|start|create_image|create_qdiff|upload_image|upload_qdiff)$/
  // What it does not know the wrapper passes over.
  if (!isForOs.test(name)) return 0
  const os = bench.startConf.os[Number(argument) - 1]
  return os ? runOsCommand(bench, name, os, comment) : usage(bench, `linbo_${name} <#>`)
}

async function runOsCommand(
  bench: Workbench,
  name: string,
  os: OsSection,
  comment: string,
): Promise<Outcome> {
  switch (name) {
    case 'sync':
      bench.write(`Syncing ${os.name} ...\n`)
      return sync(bench, os, false)
    case 'new':
      bench.write(`Formatting and syncing ${os.name} ...\n`)
      return sync(bench, os, true)
    case 'start':
      bench.write(`Starting ${os.name} ...\n`)
      return start(bench, os)
    case 'create_image':
    case 'create_qdiff':
      return createImage(bench, os, name === 'create_qdiff', comment)
    case 'upload_image':
    case 'upload_qdiff':
      return uploadImage(bench, os, name === 'upload_qdiff')
    default:
      bench.write(banner('linbo_postsync', String(os.number)))
      return 0
  }
}

function usage(bench: Workbench, form: string): number {
  bench.write(`Usage: ${form}\n`)
  return 1
}
