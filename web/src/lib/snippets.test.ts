/** The snippets that come with a new key. */
import { expect, test } from 'bun:test'
import { SNIPPET_NAMES, shellQuote, snippet } from './snippets.ts'

const options = { baseUrl: 'https://llm.example.com/a/b/v1', model: `it's "odd"` }

test('every snippet has the public address', () => {
  for (const name of SNIPPET_NAMES)
    expect(snippet(name, options)).toContain('https://llm.example.com/a/b')
})

test('what a shell is given survives as it is', async () => {
  for (const text of [`it's`, '$HOME `id` "x" \\', "'", '']) {
    const echo = Bun.spawn(['sh', '-c', `printf %s ${shellQuote(text)}`])
    expect(await new Response(echo.stdout).text()).toBe(text)
  }
})

test('the body that curl sends is JSON with the model in it', async () => {
  const asPrinted = snippet('curl', options).replace(/^curl/, "printf '%s\\n'")
  const echo = Bun.spawn(['sh', '-c', asPrinted], { env: { OPENAI_API_KEY: 'the-key' } })
  const lines = (await new Response(echo.stdout).text()).trimEnd().split('\n')
  expect(lines).toContain('authorization: Bearer the-key')
  expect(JSON.parse(lines.at(-1) ?? '').model).toBe(options.model)
})
