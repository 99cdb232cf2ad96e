/** Names of tools that a wire does not take: others stand for them there, and the client never sees those. */
import { expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { answered, sentBody, streamed } from '../../../test/support/translation/translation.ts'

const LONG = `mcp__${'server_'.repeat(6)}_${'tool_'.repeat(8)}`
const long = {
  model: 'any',
  max_tokens: 20,
  messages: [
    asks('Look'),
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: LONG, input: {} }] },
    asks([{ type: 'tool_result', tool_use_id: 't', content: 'x' }]),
  ],
  tools: [{ name: LONG, input_schema: { type: 'object' } }],
  tool_choice: { type: 'tool', name: LONG },
}

test('one of more than 64 characters has one shorter name in tools, choice and history of every wire', () => {
  const chat = sentBody('messages', long, 'chat')
  const name = chat.tools[0].function.name
  expect(name).toMatch(/^[\w-]{1,64}$/)
  expect(chat.tool_choice.function.name).toBe(name)
  expect(chat.messages[1].tool_calls[0].function.name).toBe(name)
  const responses = sentBody('messages', long, 'responses')
  expect(responses.tools[0].name).toBe(name)
  expect(responses.tool_choice).toEqual({ type: 'function', name })
  expect(responses.input[1].name).toBe(name)
  const gemini = sentBody('messages', long, 'gemini')
  expect(gemini.contents[2].parts[0].functionResponse.name).toBe(name)
  expect(gemini.toolConfig.functionCallingConfig.allowedFunctionNames).toEqual([name])
  const converse = sentBody('messages', long, 'converse')
  expect(converse.toolConfig.tools[0].toolSpec.name).toBe(name)
})

test('the client gets its own name back, streamed or not', () => {
  const name = sentBody('messages', long, 'responses').tools[0].name
  const exchange = { client: 'messages', upstream: 'responses', body: long } as const
  const item = { type: 'function_call', id: 'fc', call_id: 'c', name, arguments: '{"a":1}' }
  const whole = answered(exchange, { id: 'r', status: 'completed', output: [item], usage: {} })
  expect(whole.content).toEqual([{ type: 'tool_use', id: 'c', name: LONG, input: { a: 1 } }])
  const { text } = streamed(exchange, [
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { status: 'completed', output: [item] } },
  ])
  expect(text).toContain(`"name":"${LONG}"`)
  expect(text).not.toContain(name)
})

const body = {
  contents: [{ role: 'user', parts: [{ text: 'x' }] }],
  tools: [{ functionDeclarations: ['fs.read', 'fs:read', 'fs_read'].map((name) => ({ name })) }],
}

test('characters that only Google takes are replaced, and no two names become one', () => {
  const { tools } = sentBody('gemini', body, 'chat')
  const names = tools.map(({ function: { name } }: { function: { name: string } }) => name)
  for (const name of names) expect(name).toMatch(/^[\w-]{1,64}$/)
  expect(new Set(names).size).toBe(3)
  expect(names).toContain('fs_read')
})

test('a name that begins with a digit is changed for Gemini alone', () => {
  const asked = {
    messages: [asks('x')],
    tools: [{ type: 'function', function: { name: '3d_render' } }],
  }
  const [{ functionDeclarations }] = sentBody('chat', asked, 'gemini').tools
  expect(functionDeclarations[0].name).toMatch(/^_3d_render_/)
  expect(sentBody('chat', asked, 'messages').tools[0].name).toBe('3d_render')
})

test('allowed tools are found in their namespace, and a custom one by its name', () => {
  const asked = {
    input: 'Hi',
    tools: [
      { type: 'namespace', name: 'ns', description: 'd', tools: [{ type: 'function', name: 'f' }] },
      { type: 'function', name: 'f', parameters: null },
      { type: 'custom', name: 'c' },
    ],
    tool_choice: {
      type: 'allowed_tools',
      mode: 'required',
      tools: [
        { type: 'function', name: 'f', namespace: 'ns' },
        { type: 'custom', name: 'c' },
      ],
    },
  }
  const { tools } = sentBody('responses', asked, 'messages')
  expect(tools.map(({ name }: { name: string }) => name)).toEqual(['ns__f', 'c'])
  const { allowed_tools } = sentBody('responses', asked, 'chat').tool_choice
  expect(allowed_tools.tools).toEqual([
    { type: 'function', function: { name: 'ns__f' } },
    { type: 'function', function: { name: 'c' } },
  ])
})

test('no wire gets an empty description, which Bedrock refuses', () => {
  const asked = { input: 'Hi', tools: [{ type: 'custom', name: 'c' }] }
  const [{ toolSpec }] = sentBody('responses', asked, 'converse').toolConfig.tools
  expect(toolSpec).not.toHaveProperty('description')
  const empty = {
    messages: [asks('x')],
    tools: [{ type: 'function', function: { name: 'f', description: '' } }],
  }
  const [tool] = sentBody('chat', empty, 'converse').toolConfig.tools
  expect(tool.toolSpec).not.toHaveProperty('description')
})
