import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { LinboError } from '@linbo/runtime'
import { usageError } from '../exit-code.ts'
import { readProgress } from '../progress-lines.ts'
import type { BootPackageImport } from '../resources.ts'
import { sendFile } from '../send-file.ts'
import { showSteps } from '../steps.ts'
import { several } from '../usage.ts'
import { printActivation, replaceArg } from './boot-activate.ts'
import { command, jsonArg } from './command.ts'

export const importCommand = command({
  name: 'linbo boot import',
  description:
    'Imports upstream’s Debian packages: linuxmuster-linbo7 and linuxmuster-linbo-gui7. They are kept beside the ' +
    'versions that are there; nothing is installed.',
  args: {
    file: {
      type: 'positional',
      required: true,
      valueHint: several,
      description: 'The .deb files.',
    },
    activate: { type: 'boolean', description: 'Give it to machines afterwards.' },
    sha256: { type: 'string', description: 'What the file must have.' },
    signature: {
      type: 'string',
      description: "A detached signature of the file, checked with the server's keyring.",
    },
    ...replaceArg,
    ...jsonArg,
  },
  async run(args, { io }) {
    const files = args._
    const { sha256, signature } = args
    if (files.length > 1 && (sha256 || signature))
      throw usageError('--sha256 and --signature are for one file', 'Import one file at a time.')
    const headers = signature ? { 'linbo-signature': await readSignature(signature) } : undefined
    const query = new URLSearchParams({
      activate: `${args.activate === true}`,
      replace: `${args.replace === true}`,
      ...(sha256 ? { sha256 } : {}),
    })
    const imports: BootPackageImport[] = []
    for (const file of files) {
      const steps = showSteps(io)
      try {
        const response = await sendFile(io, file, `/boot-packages?${query}`, {
          onSent: (percent) => steps.onStep(`send ${basename(file)}`, percent),
          ...(headers ? { headers } : {}),
        })
        imports.push(await readProgress<BootPackageImport>(response.body, steps.onStep))
      } finally {
        steps.close()
      }
      const done = imports.at(-1)
      if (!args.json && done) print(done, io)
    }
    if (args.json) io.out(JSON.stringify(imports, null, 2))
    return undefined
  },
})

function print(done: BootPackageImport, io: Parameters<typeof printActivation>[1]): void {
  const { package: found, isNew, activation } = done
  io.out(`${found.id} ${isNew ? 'imported' : 'was here already'}, sha256 ${found.sha256}`)
  const { md5sums, kernel, sha256, signature } = found.verification
  if (md5sums === 'missing') io.out('  it brings no checksums of its files')
  if (kernel === 'unreadable') io.out('  linbo64 in it does not tell its version: no x86 kernel?')
  if (sha256 === 'matched') io.out('  its sha256 is the one you gave')
  if (signature.status === 'good')
    io.out(`  signed by ${signature.signer}, key ${signature.fingerprint}`)
  if (activation) printActivation(activation, io)
  else if (!found.isActive) io.out(`  to give it to machines: linbo boot activate ${found.version}`)
}

async function readSignature(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause) => {
    throw new LinboError('FILE_UNREADABLE', `cannot read ${file}`, {
      fix: 'Check the name.',
      cause,
    })
  })
  return bytes.toString('base64')
}
