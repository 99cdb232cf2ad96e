/** A model's definition survives the form, and the form says what a draft means. */
import { describe, expect, test } from 'bun:test'
import {
  definitionOf,
  draftOf,
  emptyDefinition,
  newTarget,
  readParameters,
  sharePercent,
  steps,
} from './definition-draft.ts'

const target = (more: Partial<ReturnType<typeof newTarget>>) => ({
  ...newTarget([], 'gpt-4o'),
  ...more,
})

describe('a definition as a form', () => {
  test('a definition is the same after it was a draft', () => {
    const definition = {
      strategy: 'cost' as const,
      targets: [
        {
          upstream: 'openai*',
          model: 'gpt-4o-mini',
          priority: 2,
          weight: 9,
          context_tokens: 128_000,
          max_in_flight: 0,
          mirror_percent: null,
          conditions: ['tag:premium', '!feature:tools'],
        },
        {
          upstream: null,
          model: 'gpt-5',
          priority: 2,
          weight: null,
          context_tokens: null,
          max_in_flight: null,
          mirror_percent: 5,
          conditions: [],
        },
      ],
      default: { max_tokens: 1000, reasoning: { effort: 'low' } },
      set: { user: 'a=b' },
      drop: ['logit_bias'],
      first_token_ms: 800,
      first_token_action: 'hedge' as const,
      fallback_on_filter: true,
    }
    expect(definitionOf(draftOf('fast', definition))).toEqual(definition)
  })

  test('an empty limit is null, and 0 stays 0', () => {
    const draft = { ...emptyDefinition('a'), targets: [target({ maxInFlight: '0' })] }
    expect(definitionOf(draft).targets[0]).toMatchObject({ max_in_flight: 0, weight: null })
  })

  test('a parameter whose value is not JSON is reported and not guessed', () => {
    expect(readParameters('n=2\neffort=low\n=1\nstop=["a=b"]\njust a name')).toEqual({
      parameters: { n: 2, stop: ['a=b'] },
      wrong: ['effort=low', '=1', 'just a name'],
    })
  })

  test('a target that is added comes after the others', () => {
    const first = newTarget([])
    const second = newTarget([first, target({ priority: '7' })])
    expect([first.priority, second.priority]).toEqual(['0', '8'])
  })

  test('targets of one priority share a step, and a mirror is in none', () => {
    const old = target({ weight: '9' })
    const canary = target({ weight: '1' })
    const last = target({ priority: '1' })
    const found = steps([last, old, target({ mirrorPercent: '5' }), canary])
    expect(found).toEqual([[old, canary], [last]])
    expect(found[0]?.map((each) => sharePercent(each, found[0] ?? []))).toEqual([90, 10])
    expect(sharePercent(last, [last])).toBeNull()
  })
})
