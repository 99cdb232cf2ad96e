/** What operators give for an upstream, and what errors they get. */
import { describe, expect, test } from 'bun:test'
import { checkedBaseUrl } from './checks.ts'

describe('a base URL that ends with what the gateway adds is refused with the part to give', () => {
  test.each([
    ['anthropic', 'https://api.anthropic.com/v1', '/v1', 'https://api.anthropic.com'],
    ['anthropic', 'https://relay.example/claude/v1/', '/v1', 'https://relay.example/claude'],
    [
      ...(['gemini', 'https://generativelanguage.googleapis.com/v1beta/'] as const),
      ...(['/v1beta', 'https://generativelanguage.googleapis.com'] as const),
    ],
    ['azure', 'https://x.openai.azure.com/openai/v1', '/openai', 'https://x.openai.azure.com'],
  ] as const)('%s at %s', (provider, given, path, url) => {
    expect(() => checkedBaseUrl(given, provider)).toThrow(
      `the base URL of an upstream of provider ${provider} ends before ${path}: ${url}`,
    )
    expect(checkedBaseUrl(url, provider)).toBe(url)
  })
})
