import { printProblem } from '@linbo/launch'
import { serve } from './serve.ts'

try {
  await serve({
    environment: process.env,
    pretty: process.stdout.isTTY === true,
    print: (text) => console.log(text),
  })
} catch (error) {
  printProblem(error)
  process.exitCode = 1
}
