/** No field of a client's request is silently lost: each is carried, named among the losses, or refused by name. */
import { describe, expect, test } from 'bun:test'
import { sent } from '../../../test/support/translation/translation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'

/** The client's name of the field; a body that has it; what shows in the upstream's body if it is carried. */
type Case = readonly [field: string, body: JsonObject, carried?: RegExp]

const WIRES: readonly WireName[] = ['chat', 'responses', 'messages', 'gemini', 'converse']
const MARK = /q77/
const schema = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] }
const PNG = 'data:image/png;base64,q77'

const chat = (fields: JsonObject, content: unknown = 'Hi') => ({
  messages: [{ role: 'user', content }],
  ...fields,
})
const chatTool = { type: 'function', function: { name: 'f', parameters: schema } }
const answered = (answer: JsonObject) =>
  chat({ messages: [...chat({}).messages, { role: 'assistant', ...answer }, ...chat({}).messages] })
const sources = [
  {
    type: 'url_citation',
    url_citation: { url: 'https://q77', title: 't', start_index: 0, end_index: 1 },
  },
]

const CHAT: readonly Case[] = [
  ['seed', chat({ seed: 7_701 }), /7701/],
  ['top_k', chat({ top_k: 7_701 }), /7701/],
  ['frequency_penalty', chat({ frequency_penalty: 0.771 }), /0\.771/],
  ['presence_penalty', chat({ presence_penalty: 0.771 }), /0\.771/],
  ['min_p', chat({ min_p: 0.771 })],
  ['logit_bias', chat({ logit_bias: { 1: 2 } })],
  ['n', chat({ n: 2 })],
  ['logprobs', chat({ logprobs: true })],
  ['stop', chat({ stop: ['a', 'b', 'c', 'd', 'e', 'q77'] })],
  ['user', chat({ user: 'q77' })],
  ['safety_identifier', chat({ safety_identifier: 'q77' })],
  ['prompt_cache_key', chat({ prompt_cache_key: 'q77' })],
  ['service_tier', chat({ service_tier: 'flex' }), /"flex"/],
  ['service_tier', chat({ service_tier: 'priority' }), /"priority"|"service_tier":"auto"/],
  ['service_tier', chat({ service_tier: 'scale' })],
  ['parallel_tool_calls', chat({ tools: [chatTool], parallel_tool_calls: false }), /parallel_tool/],
  [
    'strict',
    chat({ tools: [{ ...chatTool, function: { ...chatTool.function, strict: true } }] }),
    /"strict":true/,
  ],
  ['prediction', chat({ prediction: { type: 'content', content: 'q77' } })],
  ['modalities', chat({ modalities: ['text', 'audio'], audio: { voice: 'a', format: 'wav' } })],
  ['web_search_options', chat({ web_search_options: {} })],
  ['messages', chat({}, [{ type: 'file', file: { file_id: 'q77' } }])],
  ['messages', chat({}, [{ type: 'input_audio', input_audio: { data: 'q77', format: 'wav' } }])],
  ['messages', chat({}, [{ type: 'video_url', video_url: { url: 'https://x.test/q77' } }])],
  [
    'detail',
    chat({}, [{ type: 'image_url', image_url: { url: PNG, detail: 'high' } }]),
    /"detail":"high"/,
  ],
  [
    'ttl',
    chat({}, [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral', ttl: '1h' } }]),
    /"1h"/,
  ],
  [
    'ttl',
    chat({}, [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral', ttl: '9m' } }]),
    /"9m"/,
  ],
  ['name', chat({ messages: [{ role: 'user', name: 'q77', content: 'Hi' }] })],
  ['messages', answered({ content: null, refusal: 'q77' })],
  ['messages', answered({ content: 'Hi', annotations: sources })],
  ['messages', answered({ audio: { id: 'q77' } })],
  ['messages', answered({ content: 'Hi', images: [{ image_url: { url: PNG } }] })],
  ['reasoning_effort', chat({ reasoning_effort: 'high' }), /high|HIGH|16000|16384/],
  ['reasoning', chat({ reasoning: { max_tokens: 7_701 } }), /7701|medium|MEDIUM/],
  ['verbosity', chat({ verbosity: 'low' }), /"verbosity":"low"/],
  [
    'response_format',
    chat({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', description: 'q77', schema },
      },
    }),
  ],
  [
    'response_format',
    chat({ response_format: { type: 'json_object' } }),
    /json_object|application\/json/,
  ],
]

const responses = (fields: JsonObject, content: unknown = 'Hi') => ({
  input: [{ role: 'user', content }],
  ...fields,
})
const ownTool = { type: 'function', name: 'f', parameters: schema }
const besides = (tool: JsonObject) => responses({ tools: [ownTool, tool] })
const after = (...items: JsonObject[]) => responses({ input: [...responses({}).input, ...items] })
const further = { role: 'user', content: 'And?' }

const RESPONSES: readonly Case[] = [
  ['top_logprobs', responses({ top_logprobs: 2 })],
  ['user', responses({ user: 'q77' })],
  ['prompt_cache_key', responses({ prompt_cache_key: 'q77' })],
  ['service_tier', responses({ service_tier: 'flex' }), /"flex"/],
  ['truncation', responses({ truncation: 'auto' })],
  ['max_tool_calls', responses({ max_tool_calls: 3 })],
  ['context_management', responses({ context_management: [{ type: 'compaction' }] })],
  [
    'parallel_tool_calls',
    responses({ tools: [ownTool], parallel_tool_calls: false }),
    /parallel_tool/,
  ],
  ['mcp', responses({ tools: [{ type: 'mcp', server_label: 's', server_url: 'https://x' }] })],
  ['tools.mcp', besides({ type: 'mcp', server_label: 's', server_url: 'https://x' })],
  ['tools.computer_use_preview', besides({ type: 'computer_use_preview', environment: 'browser' })],
  ['tools.code_interpreter', besides({ type: 'code_interpreter', container: { type: 'auto' } })],
  ['tools.image_generation', besides({ type: 'image_generation' })],
  ['tools.file_search', besides({ type: 'file_search', vector_store_ids: ['v'] })],
  ['input', responses({}, [{ type: 'input_file', file_id: 'q77' }])],
  ['input', responses({}, [{ type: 'input_file', file_url: 'https://x.test/q77' }])],
  ['input', responses({}, [{ type: 'input_audio', input_audio: { data: 'q77', format: 'wav' } }])],
  ['input', after({ type: 'computer_call_output', call_id: 'c', output: {} })],
  ['input', after({ type: 'web_search_call', id: 'w', status: 'completed' }, further)],
  [
    'input',
    after({ type: 'mcp_call', id: 'm', name: 'n', arguments: '{}', output: 'q77' }, further),
  ],
  ['input', after({ role: 'assistant', content: [{ type: 'refusal', refusal: 'q77' }] }, further)],
  ['input', after({ type: 'image_generation_call', id: 'i', result: 'q77' }, further)],
  ['conversation', responses({ conversation: 'conv_1' })],
  ['background', responses({ background: true })],
]

const messages = (fields: JsonObject, content: unknown = 'Hi') => ({
  max_tokens: 20_000,
  messages: [{ role: 'user', content }],
  ...fields,
})
const claudeTool = { name: 'f', input_schema: schema }
const withTool = (tool: JsonObject) => messages({ tools: [claudeTool, tool] })
const timed = { cache_control: { type: 'ephemeral', ttl: '1h' } }
const document = (more: JsonObject) =>
  messages({}, [
    { type: 'document', ...more },
    { type: 'text', text: 'Hi' },
  ])
const bytes = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }

const MESSAGES: readonly Case[] = [
  ['top_k', messages({ top_k: 7_701 }), /7701/],
  ['metadata.user_id', messages({ metadata: { user_id: 'q77' } })],
  ['service_tier', messages({ service_tier: 'standard_only' }), /"default"|"standard"/],
  ['container', messages({ container: 'q77' })],
  ['mcp_servers', messages({ mcp_servers: [{ type: 'url', url: 'https://x', name: 's' }] })],
  ['cache_control', messages({ cache_control: { type: 'ephemeral' } })],
  ['ttl', messages({ system: [{ type: 'text', text: 's', ...timed }] }), /"1h"/],
  ['ttl', messages({ tools: [{ ...claudeTool, ...timed }] }), /"1h"/],
  ['inference_geo', messages({ inference_geo: 'us' })],
  ['context_management', messages({ context_management: { edits: [] } })],
  [
    'thinking',
    messages({ thinking: { type: 'enabled', budget_tokens: 7_701 } }),
    /7701|medium|MEDIUM/,
  ],
  ['output_config', messages({ output_config: { task_budget: { type: 'tokens', total: 9 } } })],
  ['messages', document({ title: 'q77', source: bytes })],
  [
    'messages',
    document({ title: 'q77', source: { type: 'text', media_type: 'text/plain', data: 'd' } }),
  ],
  ['messages', document({ context: 'q77', source: bytes })],
  ['citations', document({ citations: { enabled: true }, source: bytes })],
  ['messages', document({ source: { type: 'file', file_id: 'q77' } })],
  ['messages', messages({}, [{ type: 'container_upload', file_id: 'q77' }])],
  ['tools.computer_20250124', withTool({ type: 'computer_20250124', name: 'computer' })],
  [
    'tools.code_execution_20250825',
    withTool({ type: 'code_execution_20250825', name: 'code_execution' }),
  ],
  ['defer_loading', messages({ tools: [{ ...claudeTool, defer_loading: true }] })],
  ['input_examples', messages({ tools: [{ ...claudeTool, input_examples: [{ q: 'q77' }] }] })],
  ['strict', messages({ tools: [{ ...claudeTool, strict: true }] }), /"strict":true/],
  ['stop_sequences', messages({ stop_sequences: ['a', 'b', 'c', 'd', 'e', 'q77'] })],
]

const gemini = (fields: JsonObject, part: JsonObject = { text: 'Hi' }) => ({
  contents: [{ role: 'user', parts: [part, { text: 'And?' }] }],
  ...fields,
})
const config = (generationConfig: JsonObject) => gemini({ generationConfig })
const declared = (more: JsonObject = {}) => ({
  functionDeclarations: [{ name: 'f', parametersJsonSchema: schema, ...more }],
})
const beside = (tool: JsonObject) => gemini({ tools: [declared(), tool] })

const GEMINI: readonly Case[] = [
  ['topK', config({ topK: 7_701 }), /7701/],
  ['seed', config({ seed: 7_701 }), /7701/],
  ['presencePenalty', config({ presencePenalty: 0.771 }), /0\.771/],
  ['serviceTier', gemini({ serviceTier: 'flex' }), /"flex"/],
  [
    'serviceTier',
    gemini({ serviceTier: 'SERVICE_TIER_PRIORITY' }),
    /"priority"|"service_tier":"auto"/,
  ],
  ['serviceTier', gemini({ serviceTier: 'standard' }), /"default"|"standard_only"/],
  ['serviceTier', gemini({ serviceTier: 'scale' })],
  ['safetySettings', gemini({ safetySettings: [{ category: 'a', threshold: 'b' }] })],
  ['cachedContent', gemini({ cachedContent: 'q77' })],
  ['responseLogprobs', config({ responseLogprobs: true })],
  ['candidateCount', config({ candidateCount: 2 })],
  ['mediaResolution', config({ mediaResolution: 'MEDIA_RESOLUTION_LOW' })],
  ['speechConfig', config({ speechConfig: {} })],
  ['imageConfig', config({ imageConfig: { aspectRatio: '1:1' } })],
  ['responseMimeType', config({ responseMimeType: 'application/yaml' })],
  [
    'responseSchema',
    config({ responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['q77'] } }),
  ],
  ['thinkingBudget', config({ thinkingConfig: { thinkingBudget: 7_701 } }), /7701|medium/],
  ['stopSequences', config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'q77'] })],
  ['tools.googleSearch', beside({ googleSearch: {} })],
  ['tools.codeExecution', beside({ codeExecution: {} })],
  ['tools.computerUse', beside({ computerUse: {} })],
  [
    'retrievalConfig',
    gemini({ tools: [declared()], toolConfig: { retrievalConfig: { languageCode: 'en' } } }),
  ],
  ['behavior', gemini({ tools: [declared({ behavior: 'NON_BLOCKING' })] })],
  [
    'contents',
    gemini({}, { fileData: { fileUri: 'https://youtu.be/q77' }, videoMetadata: { fps: 2 } }),
  ],
  ['contents', gemini({}, { fileData: { fileUri: 'files/q77', mimeType: 'application/pdf' } })],
  ['contents', gemini({}, { inlineData: { mimeType: 'audio/wav', data: 'q77' } })],
  [
    'contents',
    gemini({}, { inlineData: { mimeType: 'application/pdf', data: 'JVBE', displayName: 'q77' } }),
  ],
  ['contents', gemini({}, { executableCode: { language: 'PYTHON', code: 'q77' } })],
]

/** What becomes of the case on a wire; `silent` if nothing shows. */
function fateOf(client: DialectName, wire: WireName, [field, body, carried = MARK]: Case): string {
  try {
    const { losses, body: written } = sent(client, body, wire)
    if (losses.some((loss) => loss.field.includes(field))) return 'reported'
    return carried.test(JSON.stringify(written)) ? 'carried' : 'silent'
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return error.status === 400 && error.param !== null
      ? 'refused'
      : `refused with ${error.message}`
  }
}

const CASES = { chat: CHAT, responses: RESPONSES, messages: MESSAGES, gemini: GEMINI } as const
const clients = Object.keys(CASES) as DialectName[]

describe.each(clients.map((client) => [client] as const))('of a %s client', (client) => {
  test.each(
    CASES[client].map((each) => [each[0], JSON.stringify(each[1]).slice(-90), each] as const),
  )('%s is carried, reported or refused on each wire: %s', (_, __, each) => {
    const fates = WIRES.filter((wire) => wire !== client).map((wire) => [
      wire,
      fateOf(client, wire, each),
    ])
    for (const [wire, fate] of fates)
      expect([wire, fate]).toEqual([wire, expect.stringMatching(/^(?:carried|reported|refused)$/)])
  })
})
