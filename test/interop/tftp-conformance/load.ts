import { sameBytes } from './assert.ts'
import { fetch } from './fetch.ts'
import { noise } from './tree.ts'

/**
 * Real clients in the background, a process of their own: `load.ts ADDRESS PORT COUNT`. Half of them read in lock-step,
 * half with a window; each takes a while for every answer, as over a network. On SIGTERM they finish nothing more, and
 * what they did is printed as JSON.
 */
export interface Load {
  transfers: number
  failures: string[]
}

const answerMs = 15
const [address = '', port, count] = process.argv.slice(2)
const kernel = noise(200_000, 'kernel')
const done: Load = { transfers: 0, failures: [] }
let isOver = false

async function client(index: number): Promise<void> {
  const server = { address, port: Number(port), own: `127.71.0.${index + 1}` }
  const options: [string, string][] = [['blksize', '1468']]
  if (index % 2 === 1) options.push(['windowsize', '8'])
  const beforeAck = async () => {
    await new Promise((resolve) => setTimeout(resolve, answerMs))
    return false
  }
  while (!isOver) {
    try {
      sameBytes((await fetch(server, 'kernel', { options, beforeAck })).data, kernel)
      done.transfers++
    } catch (error) {
      done.failures.push((error as Error).message)
    }
  }
}

process.once('SIGTERM', () => {
  isOver = true
  process.stdout.write(`${JSON.stringify(done)}\n`, () => process.exit())
})
for (let index = 0; index < Number(count); index++) void client(index)
process.stdout.write('ready\n')
