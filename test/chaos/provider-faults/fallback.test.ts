/**
 * What follows a failure at the first target of a model, and how a client narrows it, for clients of each format. The
 * second target is another model of another vendor.
 */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { filtered, refusal, sound } from './replies.ts'
import { FORMS, messageIn, modelOf, STORY, startTargets, storyIn } from './two-targets.ts'

const rig = await startTargets({
  down: {},
  once: {},
  same: { sameModel: true },
  longer: { context: 1_000_000 },
  shorter: { context: 100_000 },
  unknown: {},
  kept: {},
  shown: { fallbackOnFilter: true },
  alone: {},
  chosen: {},
  hurried: {},
  misread: {},
})
afterAll(() => rig.close(), 20_000)
beforeEach(() => rig.failing({}))

describe.each(FORMS)('$dialect, $way', ({ format, stream }) => {
  const as = (name: string) => ({ format, stream, name })
  const expectStory = ({ status, text }: { status: number; text: string }) => {
    expect([status, status === 200 ? '' : text]).toEqual([200, ''])
    expect(storyIn(text, { format, stream })).toBe(STORY)
  }

  test('a failing target is asked once more before a standby of another model', async () => {
    rig.failing({ first: (asked) => refusal(asked.format, 503, 'busy') })
    const answer = await rig.ask(as('down'))
    expect(answer.sent).toEqual(['first', 'first', 'second'])
    expectStory(answer)
  })

  test('a target that answers the second time needs no standby', async () => {
    rig.failing({
      first: (asked, nth) => (nth === 0 ? refusal(asked.format, 500, 'oops') : sound(asked)),
    })
    const answer = await rig.ask(as('once'))
    expect(answer.sent).toEqual(['first', 'first'])
    expectStory(answer)
  })

  test('a standby of the same model is tried immediately', async () => {
    rig.failing({ first: (asked) => refusal(asked.format, 503, 'busy') })
    const answer = await rig.ask(as('same'))
    expect(answer.sent).toEqual(['first', 'second'])
    expectStory(answer)
  })

  test('a prompt that is too long is retried only at a target with a larger window', async () => {
    rig.failing({
      first: (asked) =>
        refusal(asked.format, 400, asked.format.tooLong, { code: 'context_length_exceeded' }),
    })
    const answer = await rig.ask(as('longer'))
    expect(answer.sent).toEqual(['first', 'second'])
    expectStory(answer)
    for (const name of ['shorter', 'unknown']) {
      const refused = await rig.ask(as(name))
      expect([refused.status, refused.sent]).toEqual([400, ['first']])
      expect(messageIn(refused.text)).toContain(format.tooLong)
    }
  })

  test('a filtered prompt is retried elsewhere only if the model definition allows it', async () => {
    rig.failing({ first: filtered })
    const kept = await rig.ask(as('kept'))
    expect([kept.status, kept.sent]).toEqual([format.filtered.status, ['first']])
    const shown = await rig.ask(as('shown'))
    expect(shown.sent).toEqual(['first', 'second'])
    expectStory(shown)
  })

  test('x-gpt-proxy-no-fallback keeps the request at the first target', async () => {
    rig.failing({ first: (asked) => refusal(asked.format, 503, 'busy') })
    const { status, sent, text } = await rig.ask(as('alone'), { 'x-gpt-proxy-no-fallback': 'true' })
    expect([status, sent]).toEqual([502, ['first', 'first']])
    expect(messageIn(text)).toContain(`first-${format.name}`)
  })

  test('x-gpt-proxy-target sends it to an upstream key, or to a model there', async () => {
    const model = as('chosen')
    for (const wanted of [`second-${format.name}`, `${modelOf(model)}-large`]) {
      const answer = await rig.ask(model, { 'x-gpt-proxy-target': wanted })
      expect(answer.sent).toEqual(['second'])
      expectStory(answer)
    }
    const refused = await rig.ask(model, { 'x-gpt-proxy-target': 'nowhere' })
    expect([refused.status, refused.sent]).toEqual([400, []])
    expect(messageIn(refused.text)).toContain('nowhere')
  })

  test('x-gpt-proxy-timeout-ms bounds all attempts together', async () => {
    rig.failing({ first: () => ['stall'], second: () => ['stall'] })
    const { status, text } = await rig.ask(as('hurried'), { 'x-gpt-proxy-timeout-ms': '200' })
    expect(status).toBe(504)
    expect(messageIn(text)).toContain('x-gpt-proxy-timeout-ms')
  })

  test('an unknown header value is refused before an upstream is called', async () => {
    for (const [name, value] of [
      ['x-gpt-proxy-no-fallback', 'maybe'],
      ['x-gpt-proxy-timeout-ms', '5s'],
    ] as const) {
      const { status, sent, text } = await rig.ask(as('misread'), { [name]: value })
      expect([status, sent]).toEqual([400, []])
      expect(messageIn(text)).toContain(name)
    }
  })
})
