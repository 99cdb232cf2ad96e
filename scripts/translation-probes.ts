/** One small request for each feature, in each client's format that has it. */
import type { DialectName, JsonObject } from '../src/protocols/neutral/neutral.ts'

interface Probe {
  names: Readonly<Record<'docs/translation.md' | 'docs/translation.zh-CN.md', string>>
  bodies: Partial<Readonly<Record<DialectName, JsonObject>>>
}

const PNG = 'iVBORw0KGgo='
const PDF = 'JVBERi0='
const INLINE = { inlineData: { mimeType: 'image/png', data: PNG } }
const CACHED = { cache_control: { type: 'ephemeral', ttl: '1h' } }
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

const after = (one: JsonObject, list: string, user: JsonObject) => ({ [list]: [user, one, user] })
const said = { role: 'user', content: 'Hi' }
const image_url = { url: `data:image/png;base64,${PNG}` }
const drawn = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: PNG }
const EARLIER_PICTURE: Bodies = {
  chat: asked.chat(
    '',
    after({ role: 'assistant', content: 'A', images: [{ image_url }] }, 'messages', said),
  ),
  responses: asked.responses('', after(drawn, 'input', said)),
  gemini: asked.gemini(
    [],
    after({ role: 'model', parts: [INLINE] }, 'contents', {
      role: 'user',
      parts: [{ text: 'Hi' }],
    }),
  ),
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
    gemini: asked.gemini([INLINE]),
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
  probe('picture of an earlier answer', '之前回答中的图片', EARLIER_PICTURE),
  probe('file by id', '以 id 引用的文件', {
    chat: asked.chat([{ type: 'file', file: { file_id: 'file-1' } }]),
    responses: asked.responses([{ type: 'input_file', file_id: 'file-1' }]),
    messages: asked.messages([{ type: 'document', source: { type: 'file', file_id: 'file_1' } }]),
    gemini: asked.gemini([{ fileData: { mimeType: 'application/pdf', fileUri: 'files/1' } }]),
  }),
  probe('context of a document', '文档的上下文说明', {
    messages: asked.messages([
      {
        type: 'document',
        context: 'C',
        source: { type: 'base64', media_type: 'application/pdf', data: PDF },
      },
    ]),
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
    'one of several values as plain text',
    '以纯文本返回枚举值之一',
    text({
      gemini: config({
        responseMimeType: 'text/x.enum',
        responseSchema: { type: 'STRING', enum: ['a', 'b'] },
      }),
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
  probe(
    '`top_k`',
    '`top_k`',
    text({ chat: { top_k: 5 }, messages: { top_k: 5 }, gemini: config({ topK: 5 }) }),
  ),
  probe(
    'penalties',
    '惩罚系数',
    text({ chat: { presence_penalty: 0.5 }, gemini: config({ presencePenalty: 0.5 }) }),
  ),
  probe(
    'service tier *flex*',
    '服务等级 *flex*',
    text({
      chat: { service_tier: 'flex' },
      responses: { service_tier: 'flex' },
      gemini: { serviceTier: 'flex' },
    }),
  ),
  probe(
    'name of the end user',
    '最终用户的名称',
    text({
      chat: { user: 'u' },
      responses: { user: 'u' },
      messages: { metadata: { user_id: 'u' } },
    }),
  ),
  probe('lifetime of a cache mark', '缓存标记的有效期', {
    chat: asked.chat([{ type: 'text', text: 'Hi', ...CACHED }]),
    messages: asked.messages([{ type: 'text', text: 'Hi', ...CACHED }]),
  }),
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
