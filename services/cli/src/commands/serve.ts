import { command } from './command.ts'

export const serve = command({
  name: 'linbo serve',
  description:
    'Runs the whole suite in this process. Settings come from the environment; see linbo config.',
  async run(_args, { io }) {
    const { serve } = await import('@linbo/server')
    await serve({
      environment: io.env,
      pretty: process.stdout.isTTY === true,
      print: io.out,
      ...(io.checkout ? { checkout: io.checkout } : {}),
    })
    return undefined
  },
})
