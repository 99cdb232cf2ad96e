/** A continuation that a filter emptied is followed by one that breaks: its estimate is not that of the last one. */
import { expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { data } from '../../../test/support/spoken/format.ts'

const chunk = (delta: object, finish_reason: string | null = null) =>
  data({
    ...{ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm' },
    choices: [{ index: 0, delta, finish_reason }],
  })
const WORDS = 40
const words = Array.from({ length: WORDS }, (_, at) => chunk({ content: ` number${at}` }))

test('what the last upstream generated is counted, not what was estimated for the filtered one', async () => {
  const bodies = [
    [chunk({ role: 'assistant', content: 'Once upon a time' }), 'cut'],
    [chunk({ role: 'assistant', content: '' }), chunk({}, 'content_filter'), 'data: [DONE]\n\n'],
    [chunk({ role: 'assistant', content: '' }), ...words, 'cut'],
  ]
  const gateway = await inProcess((_, index) => ({ body: bodies[index] ?? ['cut'] }) as never, {
    upstreams: [1, 2, 3].map((id) => upstreamKey(id)),
    models: [
      modelOf(
        [1, 2, 3].map((id) => modelTarget(id)),
        { name: 'm', fallbackOnFilter: true },
      ),
    ],
    services: { rescue: { mode: 'continue', charge: 'answer' } },
  })
  const messages = [{ role: 'user', content: 'Tell me' }]
  const { record } = await gateway.ask({ model: 'm', stream: true, messages })
  expect(record).toMatchObject({ upstream: 'up-3', estimated: true })
  expect(record?.completionTokens).toBeGreaterThan(WORDS)
})
