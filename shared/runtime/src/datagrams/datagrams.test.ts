import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { DatagramSocket, hasArrivals, ipv4Number, ipv4Text, place, waitFor } from './index.ts'

const open = (address = '127.0.0.1', port = 0) =>
  new DatagramSocket({ address, port, bufferBytes: 1 << 20, purpose: 'test' })

const loopback = ipv4Number('127.0.0.1')

function receiveAll(socket: DatagramSocket, count: number) {
  const all: { bytes: Buffer; from: string; port: number; local: string }[] = []
  while (all.length < count && waitFor([socket], 5000)) {
    socket.receive(({ bytes, address, port, local }) => {
      all.push({ bytes: Buffer.from(bytes), from: ipv4Text(address), port, local: ipv4Text(local) })
    })
  }
  return all
}

it('writes addresses the way the kernel has them', () => {
  expect(ipv4Text(ipv4Number('10.0.255.1'))).toBe('10.0.255.1')
  expect(() => ipv4Number('10.0.0')).toThrow(TypeError)
})

it('sends many datagrams at once, cut from one piece of memory', () => {
  const [from, to] = [open(), open()]
  const bytes = randomBytes(1472 * 150 + 7)
  const data = place(bytes)
  from.outbox.add({ address: loopback, port: to.port, local: 0 }, data, 0, bytes.length, 1472)
  from.outbox.flush()
  const all = receiveAll(to, 151)
  expect(all.map((one) => one.bytes.length)).toEqual([...new Array(150).fill(1472), 7])
  expect(Buffer.concat(all.map((one) => one.bytes)).equals(bytes)).toBe(true)
  expect(all[0]).toMatchObject({ from: '127.0.0.1', port: from.port, local: '127.0.0.1' })
  from.close()
  to.close()
})

it('sends datagrams that are too long to be cut one by one', () => {
  const [from, to] = [open(), open()]
  const bytes = randomBytes(2000 * 3)
  from.outbox.add({ address: loopback, port: to.port, local: 0 }, place(bytes), 0, 6000, 2000)
  from.outbox.flush()
  const all = receiveAll(to, 3)
  expect(Buffer.concat(all.map((one) => one.bytes)).equals(bytes)).toBe(true)
  from.close()
  to.close()
})

it('tells which of our addresses was asked, and answers from it', async () => {
  const server = open('0.0.0.0')
  const client = createSocket('udp4').bind(0, '127.0.0.1')
  await once(client, 'listening')
  await new Promise((resolve) => client.send('hello', server.port, '127.0.0.9', resolve))
  const [asked] = receiveAll(server, 1)
  expect(asked).toMatchObject({ local: '127.0.0.9', port: client.address().port })
  const to = { address: loopback, port: client.address().port, local: ipv4Number('127.0.0.9') }
  server.outbox.add(to, place(Buffer.from('hi')), 0, 2, 2)
  server.outbox.flush()
  const [bytes, { address }] = await once(client, 'message')
  expect(`${bytes} from ${address}`).toBe('hi from 127.0.0.9')
  client.close()
  server.close()
})

it('takes more than it has room for, and loses what the kernel refuses', () => {
  const [from, to] = [open(), open()]
  const data = place(new Uint8Array(10))
  for (let i = 0; i < 1500; i++) {
    from.outbox.add({ address: loopback, port: to.port, local: 0 }, data, 0, 10, 10)
  }
  from.outbox.flush()
  expect(from.outbox.waiting).toBe(0)
  expect(from.outbox.lost).toBe(0)
  from.outbox.add({ address: loopback, port: 0, local: 0 }, data, 0, 10, 10)
  from.outbox.flush()
  expect(from.outbox.lost).toBe(1)
  from.close()
  to.close()
})

it('hands over a datagram that is longer than any packet as an empty one', () => {
  const [from, to] = [open(), open()]
  const data = place(new Uint8Array(5000))
  from.outbox.add({ address: loopback, port: to.port, local: 0 }, data, 0, 5000, 5000)
  from.outbox.flush()
  expect(receiveAll(to, 1)[0]?.bytes.length).toBe(0)
  from.close()
  to.close()
})

it('says which socket has something to receive', () => {
  const [one, two] = [open(), open()]
  const to = { address: loopback, port: two.port, local: 0 }
  expect(waitFor([one, two], 0)).toBe(false)
  one.outbox.add(to, place(new Uint8Array(1)), 0, 1, 1)
  one.outbox.flush()
  expect(waitFor([one, two], 1000)).toBe(true)
  expect([hasArrivals(0), hasArrivals(1)]).toEqual([false, true])
  one.close()
  two.close()
})

it('names the port and the setting when it cannot be bound', () => {
  const first = open()
  expect(() => {
    new DatagramSocket({
      address: '127.0.0.1',
      port: first.port,
      bufferBytes: 1,
      purpose: 'TFTP',
      setting: 'LINBO_TFTP_PORT',
    })
  }).toThrow(`TFTP cannot listen on UDP port ${first.port}`)
  first.close()
})
