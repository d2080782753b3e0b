import type { Io } from '../io.ts'
import { pad, state } from '../print.ts'
import type { Finding } from './check.ts'

/** One line per finding, and one below it with what to do. */
export function printFindings(findings: Finding[], io: Io, asJson: boolean | undefined): void {
  if (asJson) {
    io.out(JSON.stringify(findings, null, 2))
    return
  }
  const longest = Math.max(...findings.map((one) => one.name.length))
  for (const one of findings) {
    io.out(`${pad(state(one.state), 7)}  ${one.name.padEnd(longest)}  ${one.detail}`)
    if (one.fix) io.out(`         → ${one.fix}`)
  }
}
