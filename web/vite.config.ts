import { paraglideVitePlugin } from '@inlang/paraglide-js'
import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

const api = process.env.LINBO_URL ?? 'http://127.0.0.1:8080'

/** Takes the inline style off the router's live region, which `style-src 'self'` forbids; app.css hides it. */
const strictStyles: Plugin = {
  name: 'linbo:strict-styles',
  enforce: 'pre',
  transform(code) {
    if (!code.includes('id="svelte-announcer"')) return null
    return code.replace(/(id="svelte-announcer"[^>]*?)\s+style="[^"]*"/, '$1')
  },
}

export default defineConfig({
  plugins: [
    strictStyles,
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/paraglide',
      strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
      localStorageKey: 'linbo-language',
    }),
    tailwindcss(),
    sveltekit({
      adapter: adapter({ fallback: 'index.html' }),
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self'],
          'img-src': ['self', 'data:'],
          'base-uri': ['none'],
          'object-src': ['none'],
          'form-action': ['self'],
        },
      },
      version: { pollInterval: 300_000 },
    }),
  ],
  server: { proxy: { '/api': { target: api, ws: true } } },
})
