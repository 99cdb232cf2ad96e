/** The contract of the usage ledger. */
import { expect, test } from 'bun:test'
import { byUnitColumn } from '../../src/core/units/unit-kinds.ts'
import type { AttemptNote } from '../../src/usage/record.ts'
import { failureOf, type StoreUnderTest, usageRecord } from './store-under-test.ts'

const INSTANCE = 'instance-1'
const ATTEMPT = { status: 200, failure: null, ambiguous: false }
const TWO_ATTEMPTS: AttemptNote[] = [
  { ...ATTEMPT, upstreamKeyId: 2, upstream: 'spare', ambiguous: true },
  {
    ...{ ...ATTEMPT, upstreamKeyId: 1, upstream: 'main' },
    units: [
      { kind: 'images', count: 2 },
      { kind: 'seconds', count: 1.5 },
    ],
  },
]

export function testUsage(current: () => StoreUnderTest): void {
  const count = () => current().look('SELECT count(*) AS n FROM usage_records')[0]?.n

  test('a record is kept column by column', async () => {
    const { store, look } = current()
    const record = usageRecord('req-1', { attempts: TWO_ATTEMPTS })
    await store.settle([record], INSTANCE)
    expect(look('SELECT * FROM usage_records')).toEqual([
      {
        request_id: 'req-1',
        started_at: '2026-11-23T07:00:00.000Z',
        user_id: 1,
        api_key_id: 1,
        endpoint: 'chat/completions',
        model: 'gpt-4o',
        upstream_model: 'gpt-4o-2024-11-20',
        upstream_key_id: 1,
        upstream: 'main',
        provider: 'openai',
        stream: 1,
        status: 200,
        outcome: 'ok',
        error_code: null,
        attempts: 2,
        attempt_log: JSON.stringify(record.attempts),
        ambiguous: 1,
        duration_ms: 120.5,
        first_token_ms: 20.25,
        prompt_tokens: 11,
        completion_tokens: 7,
        total_tokens: 18,
        cached_tokens: 4,
        reasoning_tokens: 2,
        audio_tokens: 1,
        estimated: 1,
        cost_usd: 0.00125,
        audio_output_tokens: 1,
        cache_write_tokens: 2,
        cache_write_1h_tokens: 1,
        reserved_tokens: 0,
        ...byUnitColumn(() => 0),
        images: 2,
        audio_seconds: 1.5,
      },
    ])
  })

  test('a request id is kept once, as it was first written, within a batch and across batches', async () => {
    const { store, look } = current()
    await store.settle([usageRecord('a'), usageRecord('a', { totalTokens: 99 })], INSTANCE)
    await store.settle([usageRecord('a', { totalTokens: 77 }), usageRecord('b')], INSTANCE)
    expect(look('SELECT request_id, total_tokens FROM usage_records ORDER BY 1')).toEqual([
      { request_id: 'a', total_tokens: 18 },
      { request_id: 'b', total_tokens: 18 },
    ])
  })

  test('a batch larger than one statement may be is written whole', async () => {
    const records = Array.from({ length: 12_001 }, (_, index) => usageRecord(`req-${index}`))
    await current().store.settle(records, INSTANCE)
    expect(count()).toBe(12_001)
  })

  test('a batch that fails stores nothing', async () => {
    const records = Array.from({ length: 1200 }, (_, index) => usageRecord(`req-${index}`))
    const impossible = usageRecord('last', { startedAtMs: Number.NaN })
    expect(
      await failureOf(current().store.settle([...records, impossible], INSTANCE)),
    ).toBeInstanceOf(Error)
    expect(count()).toBe(0)
  })

  test('texts that no database keeps as they are hold up nothing', async () => {
    const { store, look } = current()
    const odd = usageRecord('odd', {
      model: 'a\0b\ud800c',
      upstreamModel: `'); drop table users; --`,
    })
    await store.settle([odd, usageRecord('plain')], INSTANCE)
    expect(count()).toBe(2)
    expect(look('SELECT requests FROM usage_daily')).toEqual([{ requests: 1 }, { requests: 1 }])
  })

  test('an empty batch does nothing', async () => {
    await current().store.settle([], INSTANCE)
    expect(count()).toBe(0)
  })
}
