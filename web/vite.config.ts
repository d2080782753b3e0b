import { paraglideVitePlugin } from '@inlang/paraglide-js'
import adapter from '@sveltejs/adapter-static'
import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'

const api = process.env.LINBO_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
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
