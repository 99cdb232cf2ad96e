/** Findings in words: every text in both languages, lines that a shell takes as meant, nothing secret. */
import { describe, expect, test } from 'bun:test'
import { failing, ok } from './finding.ts'
import { REMEDIES } from './remedies.ts'
import { gravest, reportOf, viewOf } from './report.ts'
import { LANGUAGES, languageFrom } from './text.ts'
import { TEXTS, type TextKey } from './texts/texts.ts'

const KEYS = Object.keys(TEXTS.en) as TextKey[]
const figuresIn = (texts: readonly (string | undefined)[]) =>
  new Set(texts.flatMap((text) => [...(text ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name)))

describe.each(KEYS)('%s', (code) => {
  test('says what was seen in every language, and the fix wherever one of them has it', () => {
    const sizes = LANGUAGES.map((language) => TEXTS[language][code].length)
    expect(new Set(sizes).size).toBe(1)
    for (const language of LANGUAGES)
      for (const text of TEXTS[language][code]) expect(text?.length).toBeGreaterThan(2)
  })
  test('shows no figure in Chinese that English does not know', () => {
    const known = figuresIn([...TEXTS.en[code], ...(REMEDIES[code] ?? [])])
    for (const name of figuresIn([TEXTS.zh[code][0]])) expect([...known]).toContain(name)
  })
  test('has lines to paste only after a fix', () => {
    if (REMEDIES[code] !== undefined) expect(TEXTS.en[code]).toHaveLength(3)
  })
})

test('a figure is quoted as one shell word, whatever it contains', () => {
  const evil = `x'; rm -rf / #`
  const { commands } = viewOf(failing('ups.invalid', { upstream: evil }), 'en')
  expect(commands).toEqual([`gpt-proxy upstream reset 'x'\\''; rm -rf / #'`])
})

test('a secret appears nowhere in a report', () => {
  const secret = 'hidden-word-4711'
  const findings = [failing('broken', { error: `it said ${secret} and Bearer abcdefghijkl` })]
  const text = JSON.stringify(reportOf([{ id: 'DB-1', tookMs: 1, findings }], 'zh', [secret]))
  expect(text).not.toContain(secret)
  expect(text).not.toContain('abcdefghijkl')
})

test('the gravest finding is that of its check and of the report', () => {
  expect(gravest([])).toBe('skipped')
  expect(gravest(['ok', 'warning', 'skipped'])).toBe('warning')
  const findings = [ok('slow.ok'), failing('lim.server-lost')]
  expect(reportOf([{ id: 'LIM-1', tookMs: 1, findings }], 'en', []).verdict).toBe('failure')
})

test.each([
  [['', undefined, 'zh_CN.UTF-8'], 'zh'],
  [['en_US.UTF-8', undefined, 'zh_CN.UTF-8'], 'en'],
  [['C'], 'en'],
  [[], 'en'],
] as const)('%p is %s', (named, language) => {
  expect(languageFrom(...named)).toBe(language)
})
