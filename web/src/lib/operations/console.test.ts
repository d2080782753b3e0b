import { describe, expect, it } from 'vitest'
import { Console } from './console.ts'

function screen(...chunks: string[]): string[] {
  const console = new Console()
  for (const chunk of chunks) console.feed(chunk)
  return [...console.lines, console.current].map((line) => line.map((run) => run.text).join(''))
}

describe('the console', () => {
  it('shows lines as they come', () => {
    expect(screen('one\ntwo\n')).toEqual(['one', 'two', ''])
  })

  it('lets a carriage return overwrite the line', () => {
    expect(screen('  5%\r 50%\r100%\ndone')).toEqual(['100%', 'done'])
  })

  it('keeps what a shorter line does not overwrite, unless it is erased', () => {
    expect(screen('123456\rab')).toEqual(['ab3456'])
    expect(screen('123456\r\u001b[Kab')).toEqual(['ab'])
    expect(screen('123456\rab\u001b[K')).toEqual(['ab'])
  })

  it('understands CR LF as one end of line', () => {
    expect(screen('one\r\ntwo\r\n')).toEqual(['one', 'two', ''])
  })

  it('goes back with a backspace', () => {
    expect(screen('ab\b\bcd')).toEqual(['cd'])
  })

  it('keeps colours and swallows every other sequence', () => {
    const console = new Console()
    console.feed('\u001b[2J\u001b[?25l\u001b]0;title\u0007a\u001b[1;31mred\u001b[0mb\u001b(')
    expect(console.current).toEqual([
      { text: 'a', tone: null, bold: false },
      { text: 'red', tone: 'red', bold: true },
      { text: 'b', tone: null, bold: false },
    ])
  })

  it('waits for a sequence that is cut anywhere', () => {
    const whole = 'x\u001b[1;32mok\u001b[0m y\n'
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(screen(whole.slice(0, cut), whole.slice(cut))).toEqual(['xok y', ''])
    }
  })

  it('never grows without bound', () => {
    const console = new Console(10)
    console.feed('line\n'.repeat(1000))
    expect(console.lines.length).toBe(10)
    console.feed('x'.repeat(100_000))
    expect(console.current[0]?.text.length).toBe(2000)
  })

  it('survives random bytes', () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed
    }
    const alphabet = '\u001b[]0123;mK\r\n\b\tab\u0007é%'
    const console = new Console(50)
    for (let i = 0; i < 5000; i++) console.feed(alphabet[random() % alphabet.length] as string)
    expect(console.lines.length).toBeLessThanOrEqual(50)
    for (const line of console.lines) {
      for (const run of line) expect(run.text).not.toContain('\u001b')
    }
  })
})
