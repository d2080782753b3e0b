import { bytes } from '../print.ts'
import type { BootBuild } from '../resources.ts'
import { showSteps } from '../steps.ts'
import { command, jsonArg } from './command.ts'

export const build = command({
  name: 'linbo boot build',
  description:
    'Builds what machines boot from anew, with the password, keys, firmware and files that are configured now, and ' +
    "gives it to machines. Makes GRUB's network tree first when that is missing or out of date.",
  args: {
    grub: { type: 'boolean', description: "Make GRUB's network tree anew in any case." },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const steps = showSteps(io)
    const path = `/boot-files/build?grub=${args.grub ? 'always' : 'needed'}`
    const built = await client
      .follow<BootBuild>('POST', path, { onStep: steps.onStep })
      .finally(steps.close)
    if (args.json) io.out(JSON.stringify(built, null, 2))
    else {
      const from = built.version ? `LINBO ${built.version}` : 'the files that were found'
      io.out(`machines get boot set ${built.set} now, built from ${from}`)
      io.out(
        `  linbofs64: ${bytes(built.sizeBytes)} in ${built.ms} ms, with ${built.overlay.join(', ')}`,
      )
      for (const warning of built.warnings) io.err(`  ${warning}`)
    }
    return undefined
  },
})
