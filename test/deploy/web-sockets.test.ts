/** WebSockets through the shipped proxies, at every path that the gateway upgrades. */
import { afterAll, expect, test } from 'bun:test'
import {
  FURTHER_SESSION_ROUTES,
  LIVE_ROUTES,
  realtimeRoute,
} from '../../src/http/routes/realtime.ts'
import { startCaddy } from './caddy.ts'
import { startNginx } from './nginx.ts'

const PATHS = [realtimeRoute, ...FURTHER_SESSION_ROUTES, ...LIVE_ROUTES].map(({ path }) =>
  path.replaceAll(/\{\w+\}/g, 'some'),
)

/** Repeats what it receives, with the path of the handshake. */
const echo = Bun.serve<string>({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    const upgraded = server.upgrade(request, { data: new URL(request.url).pathname })
    return upgraded ? undefined : new Response(request.headers.get('connection') ?? 'none')
  },
  websocket: {
    message(socket, message) {
      socket.send(`${socket.data} ${message}`)
    },
  },
})
const nginx = await startNginx([Number(echo.port)])
const caddy = await startCaddy([Number(echo.port)])
afterAll(async () => {
  await nginx.stop()
  await caddy.stop()
  await echo.stop(true)
}, 60_000)

const PROXIES = {
  nginx: { origin: `https://127.0.0.1:${nginx.httpsPort}`, authorityFile: nginx.authorityFile },
  caddy: { origin: caddy.origin, authorityFile: caddy.authorityFile },
}

function repeated(origin: string, path: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = new WebSocket(origin.replace('https', 'wss') + path, { tls: { ca } })
  socket.onopen = () => socket.send('hello')
  socket.onmessage = ({ data }) => resolve(String(data))
  socket.onclose = ({ code }) => reject(new Error(`closed: ${code}`))
  return promise.finally(() => socket.close())
}

test.each(['nginx', 'caddy'] as const)('%s passes them at every path', async (name) => {
  const { origin, authorityFile } = PROXIES[name]
  const ca = await Bun.file(authorityFile).text()
  for (const path of PATHS) expect(await repeated(origin, path, ca)).toBe(`${path} hello`)
  expect(PATHS.length).toBeGreaterThan(5)
})
