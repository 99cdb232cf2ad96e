/** The Python program that both READMEs show, with the official client in an environment of its own. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  INSTALL_LIMIT_MS,
  installPython,
  type Python,
  REMOVE_LIMIT_MS,
} from '../support/processes/python.ts'

const ROOT = join(import.meta.dir, '../..')
const CLIENT = 'openai==3.57.0'

let gateway: Gateway
let python: Python

beforeAll(async () => {
  gateway = await startGateway()
  python = await installPython([CLIENT])
}, INSTALL_LIMIT_MS)
afterAll(async () => {
  python?.remove()
  await gateway.stop()
}, REMOVE_LIMIT_MS)

test.each(['README.md', 'README.zh-CN.md'])('the program of %s gets an answer', async (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8')
  const [program, ...more] = [...text.matchAll(/```python\n(.*?)```/gs)].map(([, each]) => each)
  expect(more).toEqual([])
  const env = { BASE_URL: gateway.baseUrl, PROXY_KEY: gateway.proxyKey }
  expect(await python.run(['-c', program ?? ''], env)).toContain('You said: Hello')
})
