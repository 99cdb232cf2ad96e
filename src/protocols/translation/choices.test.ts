/** A choice among tools reaches each upstream as it was meant, or is refused by the client's own name for it. */
import { describe, expect, test } from 'bun:test'
import { asks, refusal, tool } from '../../../test/support/translation/chat-samples.ts'
import { sent, sentBody } from '../../../test/support/translation/translation.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'
import { WIRES } from './formats.ts'

const WIRE_NAMES = Object.keys(WIRES) as WireName[]

interface Asked {
  client: DialectName
  body: JsonObject
  /** The client's field for its choice. */
  field: string
}

const claude = { name: 'look', input_schema: { type: 'object' } }
const search = { type: 'web_search_20250305', name: 'web_search' }
const flat = { type: 'function', name: 'look', parameters: { type: 'object' } }
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
const gemini = [{ functionDeclarations: [{ name: 'look' }] }]
const onlyThese = (...names: string[]) => ({
  functionCallingConfig: { mode: 'ANY', allowedFunctionNames: names },
})

/** By what is wrong with them. */
const REFUSED: Readonly<Record<string, readonly Asked[]>> = {
  'a forced tool that is not declared': [
    {
      client: 'chat',
      body: {
        messages: [asks('Hi')],
        tools: [tool('look')],
        tool_choice: { type: 'function', function: { name: 'find' } },
      },
      field: 'tool_choice',
    },
    {
      client: 'responses',
      body: { input: 'Hi', tools: [flat], tool_choice: { type: 'web_search' } },
      field: 'tool_choice',
    },
    {
      client: 'messages',
      body: {
        messages: [asks('Hi')],
        max_tokens: 9,
        tools: [claude],
        tool_choice: { type: 'tool', name: 'find' },
      },
      field: 'tool_choice',
    },
    {
      client: 'gemini',
      body: { contents, tools: gemini, toolConfig: onlyThese('find') },
      field: 'toolConfig.functionCallingConfig',
    },
  ],
  'an allowed tool that is not declared': [
    {
      client: 'gemini',
      body: { contents, tools: gemini, toolConfig: onlyThese('look', 'find') },
      field: 'toolConfig.functionCallingConfig',
    },
  ],
  'a call that is wanted of no tool': [
    { client: 'responses', body: { input: 'Hi', tool_choice: 'required' }, field: 'tool_choice' },
    {
      client: 'chat',
      body: { messages: [asks('Hi')], tools: [], tool_choice: 'required' },
      field: 'tool_choice',
    },
  ],
  'allowed tools that only another vendor runs': [
    {
      client: 'responses',
      body: {
        input: 'Hi',
        tools: [flat, { type: 'web_search' }],
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
      },
      field: 'tool_choice',
    },
  ],
  'a forced tool that only another vendor runs, by its name': [
    {
      client: 'messages',
      body: {
        messages: [asks('Hi')],
        max_tokens: 9,
        tools: [claude, search],
        tool_choice: { type: 'tool', name: 'web_search' },
      },
      field: 'tools',
    },
  ],
}

describe.each(Object.entries(REFUSED))('%s', (_, asked) => {
  test.each(asked)('is refused to a client of $client', ({ client, body, field }) => {
    for (const wire of WIRE_NAMES)
      if (wire !== client) {
        const error = refusal(() => sent(client, body, wire))
        expect([error.code, error.param]).toEqual(['invalid_request', field])
      }
  })
})

test('the allowed tools that the upstream supports stay allowed', () => {
  const body = {
    input: 'Hi',
    tools: [flat, { ...flat, name: 'find' }, { type: 'web_search' }],
    tool_choice: {
      type: 'allowed_tools',
      mode: 'required',
      tools: [{ type: 'web_search' }, { type: 'function', name: 'find' }],
    },
  }
  expect(sentBody('responses', body, 'chat').tool_choice).toEqual({
    type: 'allowed_tools',
    allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'find' } }] },
  })
  const { tools, tool_choice } = sentBody('responses', body, 'messages')
  expect(tools.map(({ name }: { name: string }) => name)).toEqual(['find'])
  expect(tool_choice).toEqual({ type: 'any' })
})
