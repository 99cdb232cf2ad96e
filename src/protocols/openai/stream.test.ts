/** What passes, what is hidden or dropped, and how the end of a stream is judged. */
import { describe, expect, test } from 'bun:test'
import { OpenAiStream, type StreamRules } from './stream.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array | null) => (bytes === null ? '' : new TextDecoder().decode(bytes))
const observe = (rules: Partial<StreamRules> = {}) =>
  new OpenAiStream({ hideUsage: false, choices: 1, secretForms: [], ...rules })

const CONTENT = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
const FINISH = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
const USAGE =
  'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}\n\n'
const DONE = 'data: [DONE]\n\n'

describe('a stream', () => {
  test('passes unchanged and is complete with [DONE]', () => {
    const observer = observe()
    expect(decode(observer.accept(encode(CONTENT + FINISH + USAGE + DONE)))).toBe(
      CONTENT + FINISH + USAGE + DONE,
    )
    expect(observer.usage?.totalTokens).toBe(4)
    expect(observer.text).toBe('Hi')
    expect(observer.finish().end).toBe('complete')
  })

  test('loses only the usage chunk that the client did not ask for', () => {
    const observer = observe({ hideUsage: true })
    expect(decode(observer.accept(encode(CONTENT + USAGE + DONE)))).toBe(CONTENT + DONE)
    expect(observer.usage?.promptTokens).toBe(3)
  })

  test('passes an event that is neither JSON nor [DONE]', () => {
    const observer = observe()
    const events = `${CONTENT}data: {"broken\n\n${FINISH}${DONE}`
    expect(decode(observer.accept(encode(events)))).toBe(events)
    expect(observer.dropped).toBe(0)
  })

  test('has not begun with an event that is not JSON, nor with its end', () => {
    const observer = observe()
    observer.accept(encode('data: \n\ndata: {"broken\n\n'))
    expect(observer.started).toBe(false)
    observer.accept(encode(CONTENT))
    expect(observer.started).toBe(true)
  })

  test('is complete with its finish reason alone, and cut without', () => {
    const finished = observe()
    finished.accept(encode(CONTENT + FINISH))
    expect(finished.finish().end).toBe('complete')
    const cut = observe()
    cut.accept(encode(CONTENT))
    expect(cut.finish().end).toBe('cut')
  })

  test('breaks off with [DONE] before each choice has its finish reason, unless it is counted', () => {
    const second = (event: string) => event.replace('"index":0', '"index":1')
    const running = CONTENT.replace(/\}\n/, ',"usage":{"prompt_tokens":3,"completion_tokens":1}}\n')
    const broken = [CONTENT, USAGE + CONTENT, running, CONTENT + second(CONTENT) + FINISH]
    for (const events of broken) {
      const observer = observe()
      expect(decode(observer.accept(encode(events + DONE)))).toBe(events)
      expect([observer.done, observer.error?.message]).toEqual([
        false,
        'its stream ended without a finish reason',
      ])
    }
    for (const events of [CONTENT + USAGE, running + USAGE, FINISH + second(FINISH)]) {
      const observer = observe()
      expect(decode(observer.accept(encode(events + DONE)))).toBe(events + DONE)
      expect([observer.done, observer.error]).toEqual([true, null])
    }
  })

  test('waits for the finish reason of every choice', () => {
    const observer = observe({ choices: 2 })
    observer.accept(encode(FINISH))
    expect(observer.finished).toBe(false)
    observer.accept(encode(FINISH.replace('"index":0', '"index":1')))
    expect(observer.finished).toBe(true)
  })

  test('ends at an error event, which is not forwarded', () => {
    const observer = observe()
    const forwarded = observer.accept(
      encode(`${CONTENT}data: {"error":{"message":"no"}}\n\n${CONTENT}`),
    )
    expect(decode(forwarded)).toBe(CONTENT)
    expect(observer.error?.message).toBe('no')
  })

  test('keeps the last parseRows usage', () => {
    const observer = observe()
    observer.accept(encode(USAGE + USAGE.replace('"prompt_tokens":3', '"prompt_tokens":-3')))
    expect(observer.usage?.promptTokens).toBe(3)
  })

  test('never passes an event that echoes the key', () => {
    const observer = observe({ secretForms: ['sk-secret-1'] })
    const echo = CONTENT.replace('Hi', 'sk-secret-1')
    expect(decode(observer.accept(encode(echo + FINISH + DONE)))).toBe(FINISH + DONE)
  })

  test('completes a last event without its blank line, but only a whole one', () => {
    const whole = observe()
    whole.accept(encode(CONTENT + FINISH))
    whole.accept(encode('data: [DONE]'))
    expect(decode(whole.finish().bytes)).toBe('data: [DONE]\n\n')
    const half = observe()
    half.accept(encode(CONTENT))
    half.accept(encode('data: {"choi'))
    expect(half.finish().bytes).toBeNull()
  })

  test('an event without end is noticed', () => {
    const observer = observe()
    const piece = encode('x'.repeat(8 * 1024 * 1024))
    for (let count = 0; count < 8; count++) observer.accept(piece)
    expect(observer.oversized).toBe(false)
    observer.accept(encode('x'))
    expect(observer.oversized).toBe(true)
  })

  test('an event of many megabytes in many pieces is forwarded once, whole', () => {
    const observer = observe()
    const piece = encode('x'.repeat(64 * 1024))
    expect(observer.accept(encode('data: {"choices":[{"index":0,"delta":{"content":"'))).toBeNull()
    for (let count = 0; count < 256; count++) expect(observer.accept(piece)).toBeNull()
    expect(observer.accept(encode('"}}]}\n\n'))?.length).toBeGreaterThan(16 * 1024 * 1024)
  })
})
