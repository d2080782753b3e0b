// Runs a TypeScript entry on Node 24 or newer: in this process when it is one, else through the Node that the
// checkout's npm packages bring.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export async function runOnNode24(entry) {
  const file = new URL(entry, import.meta.url)
  if (Number(process.versions.node.split('.')[0]) >= 24) return void (await import(file.href))
  const bundled = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(bundled)) {
    console.error(
      `linbo needs Node 24, and this is Node ${process.versions.node}\n  → Run npm ci in the checkout.`,
    )
    process.exit(1)
  }
  const child = spawn(bundled, [fileURLToPath(file), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the child by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0)
  })
}
