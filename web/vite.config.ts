/** Builds the console into web/dist; every address in it is relative, so it works under any path prefix. */

import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { sharedChunks } from './scripts/chunks.ts'
import { lingui } from './scripts/lingui-plugin.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const gateway = process.env.GATEWAY ?? 'http://127.0.0.1:8000'

export default defineConfig({
  root,
  base: './',
  plugins: [lingui(root), react(), tailwind()],
  resolve: { alias: { '@': `${root}src` } },
  build: {
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { codeSplitting: sharedChunks(root) },
    },
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1024,
  },
  server: { proxy: { '/admin': gateway, '/v1': gateway } },
})
