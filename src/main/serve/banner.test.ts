/** What the first start tells a person to do next. */
import { expect, test } from 'bun:test'
import { loadConfig } from '../../config.ts'
import type { Language } from '../../doctor/text.ts'
import { banner } from './banner.ts'

const KEYS = { adminKey: 'sk-admin', proxyKey: 'sk-proxy', file: '/data/first-start.env' }

interface Start {
  isFirst: boolean
  upstreams: number
  language?: Language
  isTerminal?: boolean
}

function written(parts: Start): string {
  return banner({
    config: loadConfig({}),
    url: 'http://127.0.0.1:8000',
    report: {
      imported: 0,
      removedBefore: 0,
      isFirst: parts.isFirst,
      unseenKeys: parts.isFirst ? KEYS : null,
    },
    upstreams: parts.upstreams,
    isTerminal: parts.isTerminal ?? false,
    consoleLink: parts.isTerminal ? 'http://127.0.0.1:8000/console/#link' : null,
    command: 'npx gpt-proxy',
    language: parts.language ?? 'en',
  })
}

test('the first start prints the next steps, with lines to paste', () => {
  const text = written({ isFirst: true, upstreams: 0 })
  expect(text).toContain('Add a provider key:       npx gpt-proxy upstream add main < key.txt')
  expect(text).toContain('Console: http://127.0.0.1:8000/console/')
  expect(text).toContain('npx gpt-proxy user create alice && npx gpt-proxy key create alice')
})

test('a gateway with provider keys does not suggest adding one', () => {
  const text = written({ isFirst: true, upstreams: 2 })
  expect(text).not.toContain('upstream add')
  expect(text).toContain('Next steps:')
})

test('a later start lists no steps', () => {
  expect(written({ isFirst: false, upstreams: 0 })).not.toContain('Next steps')
})

test.each([false, true])(
  'everything is Chinese in a Chinese shell (terminal: %p)',
  (isTerminal) => {
    const text = written({ isFirst: true, upstreams: 0, language: 'zh', isTerminal })
    expect(text).toContain('GPT Proxy 监听于 http://127.0.0.1:8000/v1')
    expect(text).toContain('添加上游密钥：npx gpt-proxy upstream add main < key.txt')
    const sentences = text.split('\n').filter((line) => /\p{Script=Han}/u.test(line))
    const english = written({ isFirst: true, upstreams: 0, isTerminal }).trim().split('\n')
    // All but the line to paste.
    expect(sentences).toHaveLength(english.length - 1)
  },
)
