import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { escapeHtml } from './html.ts'

/** The dashboard's build as files over HTTP. */
export interface Dashboard {
  /** Undefined when there is no such file and the path is none of a page. */
  serve(path: string): Promise<Response | undefined>
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Serves the files below `folder`; paths without an extension are pages and get the single page there is. */
export function createDashboard(folder: string): Dashboard {
  const root = resolve(folder)
  const find = async (path: string): Promise<string | undefined> => {
    if (path.includes('\0') || isHidden(path)) return undefined
    const file = join(root, path)
    if (!file.startsWith(root + sep)) return undefined
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const real = await realpath(file)
    return real.startsWith((await realpath(root)) + sep) ? real : undefined
  }
  const shell = async () => (await find('200.html')) ?? (await find('index.html'))
  return {
    async serve(path) {
      const name = decodePath(path)
      if (name === undefined) return undefined
      const isPage = extname(name) === '' && !isHidden(name)
      const file =
        (await find(name === '/' ? 'index.html' : name)) ??
        (isPage ? ((await find(`${name}.html`)) ?? (await shell())) : undefined)
      if (file) return answer(file, name)
      return isPage ? notBuilt(root) : undefined
    },
  }
}

async function answer(file: string, name: string): Promise<Response> {
  const content = await readFile(file)
  const type = types[extname(file)] ?? 'application/octet-stream'
  const isImmutable = name.startsWith('/_app/immutable/')
  const headers = new Headers({
    'Content-Type': type,
    'Cache-Control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: `"${digest(content).slice(0, 22)}"`,
  })
  if (type.startsWith('text/html')) {
    headers.set('Content-Security-Policy', pagePolicy(content.toString('utf8')))
  }
  return new Response(new Uint8Array(content), { headers })
}

/**
 * What a page may load: its own files, and the inline scripts and styles that are in it now, by their hash. The
 * build holds one small script that starts the application.
 */
export function pagePolicy(html: string): string {
  const hashes = (element: string) => {
    const pattern = new RegExp(`<${element}(?:\\s[^>]*)?>([\\s\\S]*?)</${element}>`, 'gi')
    return [...html.matchAll(pattern)]
      .filter(([, content = '']) => content !== '')
      .map(
        ([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
      )
  }
  return [
    "default-src 'self'",
    ["script-src 'self'", ...hashes('script')].join(' '),
    ["style-src 'self'", ...hashes('style')].join(' '),
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function notBuilt(root: string): Response {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>LINBO: no dashboard yet</title></head>
<body>
<h1>The dashboard is not built</h1>
<p>There are no files in <code>${escapeHtml(root)}</code>. Build them in a checkout with</p>
<pre>npm run build --workspace web</pre>
<p>or point <code>LINBO_WEB_DIR</code> at a build. The API works without:
<a href="/api/reference">reference</a>.</p>
</body>
</html>
`
  return new Response(html, {
    status: 503,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': pagePolicy(html),
    },
  })
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.'))
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url')
}
