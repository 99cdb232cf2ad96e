/** Which records count as refused by the store. */
import { expect, test } from 'bun:test'
import { OperatorError, STORE_CHANGES } from '../../core/operator-error.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { settleIndividually } from './refused.ts'

const records = ['good', 'bad'].map((requestId) => ({ requestId }) as UsageRecord)

const settledWith = (error: Error) =>
  settleIndividually(async ([record]) => {
    if (record?.requestId === 'bad') throw error
    return 1
  }, records)

test('a record that alone fails is refused', async () => {
  const error = new Error('value out of range')
  expect(await settledWith(error)).toEqual({
    stored: 1,
    refused: [{ record: records[1] as UsageRecord, error }],
  })
})

test('a record whose partition is being changed is not refused: all are tried again', async () => {
  const error = new OperatorError('store', 'no partition', '', { code: STORE_CHANGES })
  await expect(settledWith(error)).rejects.toBe(error)
})
