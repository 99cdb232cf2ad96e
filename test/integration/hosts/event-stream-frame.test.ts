/** The frames that unit tests encode by hand equal those of AWS's own encoder. */
import { expect, test } from 'bun:test'
import { plainFrame } from '../../support/vendors/event-stream-frame.ts'
import { frame } from '../../support/vendors/model-hosts.ts'

test.each([
  ['messageStart', { role: 'assistant' }, 'event'],
  ['contentBlockDelta', { delta: { text: 'Grü' } }, 'event'],
  ['modelStreamErrorException', { message: 'broken' }, 'exception'],
] as const)('%s is encoded as by AWS', (name, payload, type) => {
  expect(Buffer.from(plainFrame(name, payload, type))).toEqual(
    Buffer.from(frame(name, payload, type)),
  )
})
