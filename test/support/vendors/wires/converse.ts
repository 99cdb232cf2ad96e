/** The answer in the format of Bedrock Converse. */
import { frame } from '../model-hosts.ts'
import { args, CALLS, type Ending, TEXT, THOUGHT, USAGE, units } from './answer.ts'

export function converse(ending: Ending): Uint8Array {
  const block = (contentBlockIndex: number, deltas: readonly object[], start?: object) => [
    ...(start === undefined ? [] : [frame('contentBlockStart', { contentBlockIndex, start })]),
    ...deltas.map((delta) => frame('contentBlockDelta', { contentBlockIndex, delta })),
    frame('contentBlockStop', { contentBlockIndex }),
  ]
  const said = [
    frame('messageStart', { role: 'assistant' }),
    ...block(0, [
      ...units(THOUGHT).map((text) => ({ reasoningContent: { text } })),
      { reasoningContent: { signature: 'c2ln' } },
    ]),
    ...block(
      1,
      units(TEXT).map((text) => ({ text })),
    ),
  ]
  if (ending === 'cut') return Buffer.concat(said)
  if (ending === 'broken')
    return Buffer.concat([
      ...said,
      frame('modelStreamErrorException', { message: 'no' }, 'exception'),
    ])
  const called = CALLS.flatMap(({ name }, at) =>
    block(
      2 + at,
      units(args[at] as string).map((input) => ({ toolUse: { input } })),
      { toolUse: { toolUseId: `tooluse_${at}`, name } },
    ),
  )
  const stopReason = { call: 'tool_use', length: 'max_tokens', filter: 'content_filtered' }[ending]
  const usage = {
    inputTokens: USAGE.input - USAGE.cached,
    cacheReadInputTokens: USAGE.cached,
    outputTokens: USAGE.output,
    totalTokens: USAGE.input + USAGE.output,
  }
  return Buffer.concat([
    ...said,
    ...(ending === 'call' ? called : []),
    frame('messageStop', { stopReason }),
    frame('metadata', { usage }),
  ])
}
