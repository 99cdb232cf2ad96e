/** What a container engine sets for its services is distinguished from what an operator sets for the gateway. */
import { expect, test } from 'bun:test'
import { isServiceLink } from './service-links.ts'
import { VARIABLES } from './variables.ts'

test.each([
  ['GPT_PROXY_SERVICE_HOST', '10.96.0.7'],
  ['GPT_PROXY_SERVICE_PORT', '80'],
  ['GPT_PROXY_SERVICE_PORT_HTTP', '80'],
  ['GPT_PROXY_PORT', 'tcp://10.96.0.7:80'],
  ['GPT_PROXY_PORT_80_TCP', 'tcp://10.96.0.7:80'],
  ['GPT_PROXY_PORT_80_TCP_PROTO', 'tcp'],
  ['REDIS_PORT', 'tcp://172.17.0.2:6379'],
  ['REDIS_PORT_6379_TCP_ADDR', '172.17.0.2'],
  ['POSTGRES_PORT_53_UDP_PORT', '53'],
])('%s=%s is a link', (name, value) => {
  expect(isServiceLink(name, value)).toBe(true)
})

test.each([
  ['REDIS_PORT', '6379'],
  ['PORT', '8000'],
  ['REDIS_PORT', 'http://redis:6379'],
  ['REDIS_URL', 'tcp://redis:6379'],
  ['GPT_PROXY_PORT', '8000'],
])('%s=%s is none', (name, value) => {
  expect(isServiceLink(name, value)).toBe(false)
})

test('no variable of ours is taken for one because of its name', () => {
  expect(Object.keys(VARIABLES).filter((name) => isServiceLink(name, '1'))).toEqual([])
})
