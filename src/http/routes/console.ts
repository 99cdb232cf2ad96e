/** The console's files: pages for any path under /console/, assets by their hashed names. */
import { Hono } from 'hono'
import type { Bindings } from '../web/bridge.ts'

export interface ConsoleFile {
  bytes: Uint8Array<ArrayBuffer>
  type: string
}

export interface ConsoleFiles {
  /** By its path under /console/; null if there is none. */
  read(path: string): Promise<ConsoleFile | null>
}

const PREFIX = '/console/'
const INDEX = 'index.html'
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // Nothing from elsewhere, nothing inline: not even a reflected text could run.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

export function createConsole(files: ConsoleFiles): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>()
  // Relative, so that it holds under any prefix.
  app.get('/console', (context) => context.body(null, 308, { location: 'console/' }))
  app.get(`${PREFIX}*`, async (context) => {
    const path = context.req.path.slice(PREFIX.length)
    const isFile = /\.\w+$/.test(path)
    const file = await files.read(isFile ? path : INDEX)
    if (file === null) return context.text(isFile ? 'not found' : NOT_BUILT, 404, SECURITY_HEADERS)
    const isHashed = path.startsWith('assets/')
    const headers = {
      ...SECURITY_HEADERS,
      'content-type': file.type,
      // Names of assets hold their digest; a page must not outlive an upgrade.
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    }
    if (isFile && path !== INDEX) return context.body(file.bytes, 200, headers)
    return context.body(withBase(new TextDecoder().decode(file.bytes), path), 200, headers)
  })
  app.notFound((context) => context.text('not found', 404, SECURITY_HEADERS))
  return app
}

const NOT_BUILT =
  'The console was not built: run "npm ci" in the folder of the gateway, which builds it.'

/** Addresses in a page are relative to the console's root, however deep the page and whatever the prefix. */
function withBase(html: string, path: string): string {
  const depth = path.split('/').length - 1
  const base = depth === 0 ? './' : '../'.repeat(depth)
  return html.replace(/<base href="[^"]*"\s*\/?>/, `<base href="${base}">`)
}
