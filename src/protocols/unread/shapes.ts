/** What is read of a request in each dialect, below its top level. */
import { isObject } from '../neutral/fields.ts'
import { byType, type Fields, names, type Shape } from './unread.ts'

const SOURCE_OF_CHAT: Fields = {
  image_url: names('url detail'),
  video_url: names('url detail'),
  input_audio: names('data format'),
  file: names('filename file_id file_data'),
}
/** A lifetime that no vendor has is not read. */
const CHAT_MARK: Shape = ({ ttl }) =>
  ttl === '5m' || ttl === '1h' ? names('type ttl') : names('type')
const CHAT_PART: Fields = {
  ...names('type text refusal'),
  cache_control: CHAT_MARK,
  ...SOURCE_OF_CHAT,
}
const CHAT_CALL: Fields = {
  ...names('id type index'),
  function: names('name arguments'),
  custom: names('name input'),
}
const CHAT_MESSAGE: Fields = {
  ...names('role reasoning_content reasoning refusal annotations tool_call_id'),
  content: [CHAT_PART],
  tool_calls: [CHAT_CALL],
}

export const CHAT: Fields = {
  // A result's tool is known by its call.
  messages: [
    ({ role }): Shape => {
      if (role === 'tool') return { ...CHAT_MESSAGE, name: true }
      if (role !== 'assistant') return CHAT_MESSAGE
      return {
        ...CHAT_MESSAGE,
        images: [{ ...names('type index'), image_url: names('url detail') }],
      }
    },
  ],
  tools: [
    byType({
      function: {
        type: true,
        cache_control: CHAT_MARK,
        function: names('name description parameters strict'),
      },
      custom: { type: true, custom: names('name description format') },
    }),
  ],
  response_format: { type: true, json_schema: names('name description schema strict') },
  reasoning: names('effort max_tokens exclude enabled'),
  thinking: names('type budget_tokens'),
}

const RESPONSES_PART: Fields = {
  ...names('type text refusal annotations logprobs image_url detail'),
  ...names('file_id file_data file_url filename prompt_cache_breakpoint'),
  input_audio: names('data format'),
}
/** An item's own id and state say nothing to another vendor. */
const ITEM = names('type id status phase created_by')
const RESULT: Fields = { ...ITEM, ...names('call_id name caller'), output: [RESPONSES_PART] }
const CALL: Fields = { ...ITEM, ...names('call_id name namespace caller') }

export const RESPONSES: Fields = {
  input: [
    byType(
      {
        message: { ...ITEM, role: true, content: [RESPONSES_PART] },
        reasoning: { ...ITEM, ...names('summary content encrypted_content') },
        function_call: { ...CALL, arguments: true },
        custom_tool_call: { ...CALL, input: true },
        function_call_output: RESULT,
        custom_tool_call_output: RESULT,
      },
      'message',
    ),
  ],
  tools: [
    byType({
      function: names('type name description parameters strict'),
      custom: names('type name description format'),
    }),
  ],
  reasoning: names('effort summary generate_summary context'),
  text: {
    verbosity: true,
    format: names('type name description schema strict'),
  },
}

const MARK = { cache_control: names('type ttl') }
const SOURCE = { source: names('type media_type data url file_id') }
/** Citations that are not asked for are no loss. */
const CITED: Shape = ({ enabled }) => (enabled === true ? { type: true } : true)
const DOCUMENT: Fields = { ...names('type title context'), ...MARK, citations: CITED }
const BLOCK: Shape = byType({
  text: { ...names('type text citations'), ...MARK },
  image: { type: true, ...SOURCE, ...MARK },
  document: ({ source }): Shape =>
    isObject(source) && source.type === 'content'
      ? { ...DOCUMENT, source: { type: true, content: [() => BLOCK] } }
      : { ...DOCUMENT, ...SOURCE },
  search_result: {
    ...names('type title source'),
    ...MARK,
    citations: CITED,
    content: [() => BLOCK],
  },
  thinking: names('type thinking signature'),
  redacted_thinking: names('type data'),
  tool_use: { ...names('type id name input caller'), ...MARK },
  tool_result: {
    ...names('type tool_use_id is_error'),
    content: [() => BLOCK],
    ...MARK,
  },
})

export const MESSAGES: Fields = {
  system: [BLOCK],
  messages: [{ role: true, content: [BLOCK] }],
  tools: [
    byType(
      {
        custom: {
          ...names('type name description input_schema strict eager_input_streaming'),
          ...MARK,
        },
      },
      'custom',
    ),
  ],
  tool_choice: names('type name disable_parallel_tool_use'),
  thinking: names('type budget_tokens display'),
}

const BLOB = names('mimeType data displayName')
const FILE = names('mimeType fileUri displayName')
const READ_PARTS: Fields = {
  ...names('text thought thoughtSignature'),
  inlineData: BLOB,
  fileData: FILE,
  functionCall: names('id name args'),
  functionResponse: {
    ...names('id name response'),
    parts: [{ inlineData: BLOB, fileData: FILE }],
  },
}
/** Another kind of part, such as code that Google ran, is handed on whole. */
const PART: Shape = (part) =>
  Object.keys(part).some((name) => name in READ_PARTS) ? READ_PARTS : true

export const GEMINI: Fields = {
  contents: [{ role: true, parts: [PART] }],
  tools: [
    (tool): Shape => ({
      ...names(Object.keys(tool).join(' ')),
      functionDeclarations: [names('name description parameters parametersJsonSchema')],
    }),
  ],
  toolConfig: { functionCallingConfig: names('mode allowedFunctionNames') },
  generationConfig: (config): Shape => ({
    ...names(Object.keys(config).join(' ')),
    thinkingConfig: names('includeThoughts thinkingBudget thinkingLevel'),
  }),
}
