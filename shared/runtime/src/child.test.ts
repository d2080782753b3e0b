import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { spawnChild } from './child.ts'

describe('spawnChild', () => {
  it('passes arguments as they are, with no shell between', async () => {
    const lines: string[] = []
    const child = spawnChild({
      command: 'printf',
      args: ['%s\n', '$(id); `id` "x"'],
      onLine: (line) => lines.push(line),
    })
    expect(await child.exited).toBe(0)
    expect(lines).toEqual(['$(id); `id` "x"'])
  })

  it('names the package when the program is missing', async () => {
    const child = spawnChild({ command: 'no-such-program', args: [], debianPackage: 'nothing' })
    await expect(child.exited).rejects.toMatchObject({
      code: 'CHILD_MISSING',
      fix: 'apt-get install nothing',
    })
  })

  it('hands input over and gives the exit code back', async () => {
    const lines: string[] = []
    const child = spawnChild({
      command: 'sh',
      args: ['-c', 'cat; exit 7'],
      input: 'hello\n',
      onLine: (line) => lines.push(line),
    })
    expect(await child.exited).toBe(7)
    expect(lines).toEqual(['hello'])
  })

  it('kills what does not stop by itself', async () => {
    const ready = Promise.withResolvers<void>()
    const child = spawnChild({
      command: 'sh',
      args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'],
      onLine: () => ready.resolve(),
    })
    await ready.promise
    await child.stop(100)
    expect(await child.exited).toBe(137)
  })

  it('leaves bytes alone when it is asked for pipes', async () => {
    const lines: string[] = []
    const child = spawnChild({
      command: 'sh',
      args: ['-c', 'echo a word >&2; cat'],
      pipes: true,
      onLine: (line) => lines.push(line),
    })
    const bytes = Buffer.from([0, 255, 13, 10, 128])
    child.process.stdin?.end(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of child.process.stdout ?? []) chunks.push(chunk as Buffer)
    expect(await child.exited).toBe(0)
    expect(Buffer.concat(chunks)).toEqual(bytes)
    expect(lines).toEqual(['a word'])
  })

  it('takes a daemon down with us, even when we are killed', async () => {
    const script = `
      import { spawnChild } from '${join(import.meta.dirname, 'child.ts')}'
      const child = spawnChild({ command: 'sleep', args: ['300'], diesWithUs: true })
      console.log(child.pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text) => resolve(Number(text)))
    })
    const gone = new Promise((resolve) => parent.once('exit', resolve))
    parent.kill('SIGKILL')
    await gone
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})

/** False also for one that is dead and only not yet collected by its new parent. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
