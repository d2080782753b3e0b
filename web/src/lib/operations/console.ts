/** A piece of a line in one look. `tone` is an ANSI colour's name, or null. */
export interface Run {
  text: string
  tone: Tone | null
  bold: boolean
}

export type Tone = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim'

const tones: Record<number, Tone> = {
  30: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
  90: 'dim',
  91: 'red',
  92: 'green',
  93: 'yellow',
  94: 'blue',
  95: 'magenta',
  96: 'cyan',
}

interface Cell {
  char: string
  tone: Tone | null
  bold: boolean
}

/** A line longer than this is cut: a client that never sends a newline must not fill the browser's memory. */
const longest = 2000

/**
 * What a terminal would show of a client's output: a carriage return goes back to the start of the line, so that
 * progress meters overwrite themselves; colours are kept, every other escape sequence is swallowed.
 */
export class Console {
  /** Finished lines, oldest first. */
  readonly lines: Run[][] = []
  #cells: Cell[] = []
  #column = 0
  #tone: Tone | null = null
  #bold = false
  #rest = ''
  readonly #kept: number

  constructor(kept = 2000) {
    this.#kept = kept
  }

  /** Adds output as it came in; a sequence may be cut anywhere. */
  feed(text: string): void {
    const input = this.#rest + text
    this.#rest = ''
    let i = 0
    while (i < input.length) {
      const char = input[i] as string
      if (char === '\u001b') {
        const length = this.#escape(input, i)
        if (length === 0) {
          this.#rest = input.slice(i, i + 64)
          return
        }
        i += length
        continue
      }
      this.#put(char)
      i += 1
    }
  }

  /** The line that is being written. */
  get current(): Run[] {
    return runs(this.#cells)
  }

  #put(char: string): void {
    if (char === '\n') {
      this.lines.push(runs(this.#cells))
      if (this.lines.length > this.#kept) this.lines.splice(0, this.lines.length - this.#kept)
      this.#cells = []
      this.#column = 0
    } else if (char === '\r') this.#column = 0
    else if (char === '\b') this.#column = Math.max(0, this.#column - 1)
    else if (char === '\t') {
      do this.#write(' ')
      while (this.#column % 8 !== 0 && this.#column < longest)
    } else if (char >= ' ' && char !== '\u007f') this.#write(char)
  }

  #write(char: string): void {
    if (this.#column >= longest) return
    while (this.#cells.length < this.#column) {
      this.#cells.push({ char: ' ', tone: null, bold: false })
    }
    this.#cells[this.#column] = { char, tone: this.#tone, bold: this.#bold }
    this.#column += 1
  }

  /** Length of the sequence at `start`, 0 when it is not complete yet. */
  #escape(input: string, start: number): number {
    const next = input[start + 1]
    if (next === undefined) return 0
    if (next === ']') {
      const end = /\u0007|\u001b\\/.exec(input.slice(start))
      if (!end) return input.length - start > 500 ? 2 : 0
      return end.index + end[0].length
    }
    if (next !== '[') return 2
    const match = /^\u001b\[([0-9;?]*)([@-~])/.exec(input.slice(start, start + 40))
    if (!match) return input.length - start > 40 ? 2 : 0
    const [whole, parameters = '', final] = match
    if (final === 'm') this.#look(parameters)
    else if (final === 'K') this.#erase(parameters)
    return whole.length
  }

  #look(parameters: string): void {
    for (const code of parameters.split(';').map(Number)) {
      if (code === 0) {
        this.#tone = null
        this.#bold = false
      } else if (code === 1) this.#bold = true
      else if (code === 2) this.#tone = 'dim'
      else if (code === 22) this.#bold = false
      else if (code === 39) this.#tone = null
      else this.#tone = tones[code] ?? this.#tone
    }
  }

  #erase(parameters: string): void {
    if (parameters === '1') {
      for (const cell of this.#cells.slice(0, this.#column + 1)) cell.char = ' '
    } else if (parameters === '2') this.#cells = []
    else this.#cells.length = Math.min(this.#cells.length, this.#column)
  }
}

function runs(cells: Cell[]): Run[] {
  const result: Run[] = []
  for (const { char, tone, bold } of cells) {
    const last = result.at(-1)
    if (last && last.tone === tone && last.bold === bold) last.text += char
    else result.push({ text: char, tone, bold })
  }
  return result
}
