/** The exit code of `health` says whether the gateway accepts requests, also with a proxy in the environment. */
import { afterAll, expect, test } from 'bun:test'
import { startGateway } from '../../support/gateway.ts'
import { cliFolder } from './cli-folder.ts'

const gateway = await startGateway()
afterAll(() => gateway.stop())
const PORT = String(gateway.port)

test.each(['127.0.0.1', '0.0.0.0', 'localhost'])('a gateway on %s is ready', async (HOST) => {
  const env = { HOST, PORT, HTTP_PROXY: 'http://127.0.0.1:1' }
  const { exitCode, stdout } = await gateway.cli(['health', '--json'], { env })
  expect(JSON.parse(stdout)).toMatchObject({
    ready: true,
    status: 'healthy',
    services: { database: 'healthy' },
  })
  expect(exitCode).toBe(0)
})

test('people see a line for each part', async () => {
  const { stdout } = await gateway.cli(['health'], { env: { PORT } })
  expect(stdout).toMatch(/^ready +true$/m)
  expect(stdout).toContain('database healthy')
})

test('exit code 1 with a message if nothing listens', async () => {
  using folder = cliFolder()
  const { exitCode, stdout } = await folder.cli(['health', '--json'], { env: { PORT: '1' } })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ ready: false, status: 'unreachable (ECONNREFUSED)' })
})
