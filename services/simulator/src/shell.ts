import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { at, banner, Killed, type Leaving, sendLog, type Workbench } from './bench.ts'
import { prestart } from './image.ts'
import { linboPreregister, linboRegister } from './register.ts'
import type { Channel } from './ssh-server.ts'
import { splitWords } from './words.ts'
import { linboWrapper } from './wrapper.ts'

/** What a server's command lines can change on a machine between one another. */
export interface ShellState {
  /** `gui_ctl disable` keeps a copy of start.conf that `gui_ctl restore` needs. */
  guiDisabled: boolean
}

/** LINBO's exit code when one of its scripts was killed. */
const killedCode = 1

/** Runs one command line that came over SSH. @returns its exit code, or how the machine leaves LINBO. */
export async function runLine(
  line: string,
  bench: Workbench,
  channel: Pick<Channel, 'input' | 'stopOthers'>,
  state: ShellState,
): Promise<number | Leaving> {
  const [program = '', ...words] = splitWords(line)
  switch (program.replace(/^.*\//, '')) {
    case 'linbo_wrapper':
      return killable(bench, () => linboWrapper(bench, words))
    case 'linbo_prestart': {
      const os = bench.startConf.os[Number(words[0]) - 1]
      bench.write(banner('linbo_prestart', words.join(' ')))
      return os ? killable(bench, () => prestart(bench, os)) : 1
    }
    case 'linbo_register':
      return killable(bench, () => linboRegister(bench, words))
    case 'linbo_preregister':
      return killable(bench, () => linboPreregister(bench))
    case 'gui_ctl':
      return guiControl(bench, words[0], state)
    case 'ls':
      return list(bench, words)
    case 'cat':
      return show(bench, words[0] ?? '')
    case 'rm':
      for (const path of words)
        if (path.startsWith('/tmp/')) await rm(at(bench, path), { force: true })
      return 0
    case 'sh':
      return script(bench, words, channel)
    case 'reboot':
      return 'reboot'
    case 'poweroff':
      return 'halt'
    default:
      bench.write(`sh: ${program}: not found\n`)
      return 127
  }
}

/** A killed script cleans up and sends its log; a machine that lost power does nothing more. */
async function killable<T>(bench: Workbench, run: () => Promise<T>): Promise<T | number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    bench.write('DEBUG: bailout() invoked\nKilling processes:\nAborted.\n')
    await sendLog({ ...bench, signal: new AbortController().signal })
    return killedCode
  }
}

function guiControl(bench: Workbench, what: string | undefined, state: ShellState): number {
  bench.write(banner('gui_ctl', what ?? ''))
  if (what === 'disable' || what === 'enable') {
    bench.write(what === 'disable' ? 'Disabling linbo_gui.\n' : 'Enabling linbo_gui.\n')
    state.guiDisabled = true
    return 0
  }
  if (what !== 'restore' || !state.guiDisabled) return 1
  bench.write('Restoring gui.\n')
  state.guiDisabled = false
  return 0
}

async function list(bench: Workbench, paths: string[]): Promise<number> {
  let code = 0
  for (const path of paths) {
    if (await stat(at(bench, path)).catch(() => undefined)) bench.write(`${path}\n`)
    else {
      bench.write(`ls: ${path}: No such file or directory\n`)
      code = 1
    }
  }
  return code
}

async function show(bench: Workbench, path: string): Promise<number> {
  const content = await readFile(at(bench, path)).catch(() => undefined)
  if (content === undefined) {
    bench.write(`cat: can't open '${path}': No such file or directory\n`)
    return 1
  }
  bench.print(content)
  return 0
}

/** The two scripts a server sends: one leaves a secret, one ends every program of its connection. */
async function script(
  bench: Workbench,
  words: string[],
  { input, stopOthers }: Pick<Channel, 'input' | 'stopOthers'>,
): Promise<number> {
  const text = words[0] === '-c' ? (words[1] ?? '') : ''
  const name = /^umask 077; cat > \/tmp\/([\w.-]+)$/.exec(text)?.[1]
  if (name !== undefined) {
    await writeFile(at(bench, 'tmp', name), await input, { mode: 0o600 })
    return 0
  }
  if (!/\bkill -TERM\b/.test(text)) return 127
  stopOthers()
  return 0
}
