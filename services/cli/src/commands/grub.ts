import { writeFile } from 'node:fs/promises'
import { LinboError } from '@linbo/runtime'
import { describeReason, printMenu } from '../grub-words.ts'
import type { GroupGrub, HostGrub } from '../resources.ts'
import { command, jsonArg } from './command.ts'

const textArg = {
  text: { type: 'boolean', description: 'Print the configuration GRUB reads.' },
} as const

export const groupGrub = command({
  name: 'linbo group grub',
  description: 'Shows the GRUB menu of a group, and what each entry does.',
  args: {
    name: { type: 'positional', required: true, description: 'Host group.' },
    ...textArg,
    svg: { type: 'string', description: 'Write a picture of the menu to this file.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const path = `/groups/${encodeURIComponent(args.name)}/grub`
    const grub = await client.request<GroupGrub>('GET', path)
    if (args.svg) await save(args.svg, await client.text('GET', `${path}.svg`))
    if (args.json) io.out(JSON.stringify(grub, null, 2))
    else if (args.text) io.out((grub.text ?? '').trimEnd())
    else {
      if (grub.menu) io.out(printMenu(grub.menu))
      for (const note of notesOn(grub)) io.err(note)
    }
    return undefined
  },
})

function notesOn({ group, file, handWritten, current, text, menu }: GroupGrub): string[] {
  if (handWritten) return [`${file} is hand-written: start.conf.${group} does not reach it`]
  if (text === null) return [`there is no ${file}`]
  if (!menu) return [`group ${group} has no start.conf`]
  return current ? [] : [`${file} is older: start.conf.${group} has errors (linbo group check)`]
}

async function save(file: string, picture: string): Promise<void> {
  await writeFile(file, picture).catch((cause) => {
    throw new LinboError('FILE_UNWRITABLE', `cannot write ${file}`, {
      fix: 'Check the folder.',
      cause,
    })
  })
}

export const hostGrub = command({
  name: 'linbo host grub',
  description: 'Tells which GRUB configuration a machine gets, why, and what it offers.',
  args: {
    hostname: { type: 'positional', required: true, description: 'Host name.' },
    ...textArg,
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const path = `/hosts/${encodeURIComponent(args.hostname)}/grub`
    const grub = await client.request<HostGrub>('GET', path)
    if (args.json) io.out(JSON.stringify(grub, null, 2))
    else if (args.text) io.out((grub.text ?? '').trimEnd())
    else {
      io.out(describeReason(grub))
      if (grub.menu) io.out(printMenu(grub.menu))
    }
    return undefined
  },
})
