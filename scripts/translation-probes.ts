/** One small request for each feature, in each client's format that has it. */
import type { DialectName, JsonObject } from '../src/protocols/neutral/neutral.ts'

interface Probe {
  names: Readonly<Record<'docs/translation.md' | 'docs/translation.zh-CN.md', string>>
  bodies: Partial<Readonly<Record<DialectName, JsonObject>>>
}

const PNG = 'iVBORw0KGgo='
const PDF = 'JVBERi0='
const schema = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}

type Bodies = Probe['bodies']

/** Each format's request with this content of the user and these fields. */
const asked = {
  chat: (content: unknown, fields: JsonObject = {}) => ({
    model: 'm',
    messages: [{ role: 'user', content }],
    ...fields,
  }),
  responses: (content: unknown, fields: JsonObject = {}) => ({
    model: 'm',
    input: [{ role: 'user', content }],
    ...fields,
  }),
  messages: (content: unknown, fields: JsonObject = {}) => ({
    model: 'm',
    max_tokens: 900,
    messages: [{ role: 'user', content }],
    ...fields,
  }),
  gemini: (parts: unknown[], fields: JsonObject = {}) => ({
    contents: [{ role: 'user', parts }],
    ...fields,
  }),
}
const text = (fields: Partial<Record<DialectName, JsonObject>>): Bodies => ({
  ...(fields.chat && { chat: asked.chat('Hi', fields.chat) }),
  ...(fields.responses && { responses: asked.responses('Hi', fields.responses) }),
  ...(fields.messages && { messages: asked.messages('Hi', fields.messages) }),
  ...(fields.gemini && { gemini: asked.gemini([{ text: 'Hi' }], fields.gemini) }),
})
const config = (fields: JsonObject) => ({ generationConfig: fields })
const probe = (english: string, chinese: string, bodies: Bodies): Probe => ({
  names: { 'docs/translation.md': english, 'docs/translation.zh-CN.md': chinese },
  bodies,
})

const TOOLS = {
  chat: { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] },
  responses: { tools: [{ type: 'function', name: 'f', parameters: schema, strict: null }] },
  messages: { tools: [{ name: 'f', input_schema: schema }] },
  gemini: { tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }] },
}

export const PROBES: readonly Probe[] = [
  probe(
    'text, streamed or not',
    '文本（流式或非流式）',
    text({ chat: {}, responses: {}, messages: {}, gemini: {} }),
  ),
  probe('image, bytes', '图片（字节）', {
    chat: asked.chat([{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }]),
    responses: asked.responses([
      { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
    ]),
    messages: asked.messages([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
    ]),
    gemini: asked.gemini([{ inlineData: { mimeType: 'image/png', data: PNG } }]),
  }),
  probe('image, URL', '图片（URL）', {
    chat: asked.chat([{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }]),
    responses: asked.responses([{ type: 'input_image', image_url: 'https://x.test/a.png' }]),
    messages: asked.messages([
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
    ]),
    gemini: asked.gemini([
      { fileData: { mimeType: 'image/png', fileUri: 'https://x.test/a.png' } },
    ]),
  }),
  probe('PDF, bytes', 'PDF（字节）', {
    chat: asked.chat([
      {
        type: 'file',
        file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
      },
    ]),
    responses: asked.responses([
      { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
    ]),
    messages: asked.messages([
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } },
    ]),
    gemini: asked.gemini([{ inlineData: { mimeType: 'application/pdf', data: PDF } }]),
  }),
  probe('document made of blocks', '由内容块组成的文档', {
    messages: asked.messages([
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'T' }] } },
    ]),
  }),
  probe('search result as content', '作为内容的搜索结果', {
    messages: asked.messages([
      { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'T' }] },
    ]),
  }),
  probe('audio', '音频', {
    chat: asked.chat([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }]),
    gemini: asked.gemini([{ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }]),
  }),
  probe('tools', '工具', text(TOOLS)),
  probe(
    'forced tool',
    '强制工具',
    text({
      chat: { ...TOOLS.chat, tool_choice: { type: 'function', function: { name: 'f' } } },
      responses: { ...TOOLS.responses, tool_choice: { type: 'function', name: 'f' } },
      messages: { ...TOOLS.messages, tool_choice: { type: 'tool', name: 'f' } },
      gemini: {
        ...TOOLS.gemini,
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      },
    }),
  ),
  probe(
    'no parallel calls',
    '禁止并行调用',
    text({
      chat: { ...TOOLS.chat, parallel_tool_calls: false },
      responses: { ...TOOLS.responses, parallel_tool_calls: false },
      messages: {
        ...TOOLS.messages,
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
    }),
  ),
  probe(
    'custom tool',
    '自定义工具',
    text({
      chat: { tools: [{ type: 'custom', custom: { name: 'f' } }] },
      responses: { tools: [{ type: 'custom', name: 'f' }] },
    }),
  ),
  probe(
    'the vendor’s web search alone',
    '仅有厂商的网页搜索',
    text({
      responses: { tools: [{ type: 'web_search' }] },
      messages: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      gemini: { tools: [{ googleSearch: {} }] },
    }),
  ),
  probe(
    'JSON schema',
    'JSON Schema 输出',
    text({
      chat: { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } },
      responses: { text: { format: { type: 'json_schema', name: 'a', schema } } },
      messages: { output_config: { format: { type: 'json_schema', schema } } },
      gemini: config({ responseMimeType: 'application/json', responseJsonSchema: schema }),
    }),
  ),
  probe(
    'reasoning effort',
    '推理强度',
    text({
      chat: { reasoning_effort: 'high' },
      responses: { reasoning: { effort: 'high' } },
      messages: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      gemini: config({ thinkingConfig: { thinkingLevel: 'HIGH' } }),
    }),
  ),
  probe(
    'stop sequences',
    '停止序列',
    text({
      chat: { stop: ['END'] },
      messages: { stop_sequences: ['END'] },
      gemini: config({ stopSequences: ['END'] }),
    }),
  ),
  probe(
    'length of the text (`verbosity`)',
    '文本长度（`verbosity`）',
    text({ chat: { verbosity: 'low' }, responses: { text: { verbosity: 'low' } } }),
  ),
  probe(
    'temperature',
    '温度',
    text({
      chat: { temperature: 0.5 },
      responses: { temperature: 0.5 },
      messages: { temperature: 0.5 },
      gemini: config({ temperature: 0.5 }),
    }),
  ),
  probe('seed', '随机种子', text({ chat: { seed: 1 }, gemini: config({ seed: 1 }) })),
  probe(
    'several answers',
    '多个候选',
    text({ chat: { n: 2 }, gemini: config({ candidateCount: 2 }) }),
  ),
  probe(
    'log probabilities',
    '对数概率',
    text({ chat: { logprobs: true }, gemini: config({ responseLogprobs: true }) }),
  ),
  probe(
    'the vendor’s stored conversation',
    '厂商保存的会话',
    text({ responses: { previous_response_id: 'resp_1' } }),
  ),
]
