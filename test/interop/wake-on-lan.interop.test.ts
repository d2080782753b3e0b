import { spawnChild } from '@linbo/runtime'
import { expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'

// Magic packets are broadcast, so they are sent in a network namespace that has nothing but a cable whose two ends are in it.
const network = `ip link set lo up && ip link add lan type veth peer name far && ip link set far up && ip addr add 10.99.3.1/22 brd + dev lan &&
  ip link set lan up && ip route add default dev lan && exec "$1" --input-type=module -e "$2" "$3"`
const program = `
import { createSocket } from 'node:dgram'
const { createWaker } = await import(process.argv[1])
const socket = createSocket('udp4')
const heard = []
socket.on('message', (bytes) => heard.push(Buffer.from(bytes).toString('hex')))
await new Promise((resolve) => socket.bind(0, '0.0.0.0', resolve))
const waker = createWaker(socket.address().port)
await waker.wake({ mac: '02:00:00:00:00:2a', ip: '10.99.3.1' }, true)
while (heard.length < 3) await new Promise((resolve) => socket.once('message', resolve))
await waker.close()
socket.close()
console.log(JSON.stringify(heard))
`

const suite = process.getuid?.() === 0 ? requireTool('unshare', 'ip') : requireTool('root')
suite('magic packets', () => {
  it('reach the whole network, the own subnet and the machine', async () => {
    const wol = new URL('../../services/remote/src/wol.ts', import.meta.url).href
    const lines: string[] = []
    const child = spawnChild({
      command: 'unshare',
      args: ['-n', 'sh', '-c', network, 'sh', process.execPath, program, wol],
      onLine: (line) => lines.push(line),
    })
    expect(await child.exited, lines.join('\n')).toBe(0)
    const packet = 'ff'.repeat(6) + '02000000002a'.repeat(16)
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual([packet, packet, packet])
  })
})
