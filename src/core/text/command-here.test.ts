/** A command in a text is the one that works where the text is read. */
import { expect, test } from 'bun:test'
import { asTypedHere } from './command-here.ts'

const CHANGED = [
  ['List them with: gpt-proxy user list.', 'List them with: npx gpt-proxy user list.'],
  ['查看所有用户：gpt-proxy user list', '查看所有用户：npx gpt-proxy user list'],
  ['KEY=$(gpt-proxy key create alice)', 'KEY=$(npx gpt-proxy key create alice)'],
  ['DATA_DIR=/x gpt-proxy init', 'DATA_DIR=/x npx gpt-proxy init'],
  ['("gpt-proxy upstream remove")', '("npx gpt-proxy upstream remove")'],
  ['Usage: gpt-proxy [options] [command]', 'Usage: npx gpt-proxy [options] [command]'],
  ['gpt-proxy --version', 'npx gpt-proxy --version'],
] as const

test.each(CHANGED)('%s', (text, expected) => {
  expect(asTypedHere(text, 'npx gpt-proxy')).toBe(expected)
  expect(asTypedHere(text, 'gpt-proxy')).toBe(text)
})

test.each([
  'systemctl restart gpt-proxy',
  'journalctl -u gpt-proxy -n 50',
  'npx gpt-proxy user list',
  '/opt/gpt-proxy serve',
  'mv gpt-proxy.sqlite away',
])('%s stays', (text) => {
  expect(asTypedHere(text, 'npx gpt-proxy')).toBe(text)
})

test('a path with a dollar sign is put in as it is', () => {
  expect(asTypedHere('gpt-proxy init', `'/a$&b/bin/gpt-proxy'`)).toBe(`'/a$&b/bin/gpt-proxy' init`)
})
