/** Who may know a vendor: comparisons with names of providers and protocols, and fields of their wire formats. */
import { KEY_PROVIDERS } from '../src/core/providers/providers.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'

const NAMES = [...new Set([...KEY_PROVIDERS, ...Object.keys(PROTOCOLS), 'demo'])]

/** Facts about providers, what vendors' routes are, and the formats, in which one may know another. */
const MAY_KNOW_FIELDS = /^src\/(providers|passthrough|protocols)\//
const MAY_COMPARE = /^src\/(core\/providers|providers|passthrough)\//

/** Fields that say which format is meant. Left out: those that tables, records or the gateway's own API have too. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  openai: [
    'choices?.[',
    'finish_reason',
    'tool_calls',
    'max_completion_tokens',
    'stream_options',
    'response_format',
    'reasoning_effort',
    'prompt_tokens_details',
    'completion_tokens_details',
  ],
  responses: [
    'previous_response_id',
    'output_text',
    'input_tokens_details',
    'output_tokens_details',
    'output_index',
    'sequence_number',
    'encrypted_content',
  ],
  anthropic: [
    'content_block',
    'stop_reason',
    'stop_sequences',
    'anthropic_version',
    'tool_use',
    'tool_result',
    'input_schema',
    'cache_creation_input_tokens',
    'cache_read_input_tokens',
    'output_config',
  ],
  gemini: [
    'functionCall',
    'functionResponse',
    'usageMetadata',
    'generationConfig',
    'systemInstruction',
    'thoughtSignature',
    'finishReason',
    'inlineData',
    'fileData',
  ],
  converse: ['toolUse', 'toolResult', 'toolSpec', 'inferenceConfig', 'stopReason'],
}

/** Each with its reason; one that is no longer needed is a finding. */
export const VENDOR_EXCEPTIONS: readonly { path: string; text: string; because: string }[] = [
  {
    path: 'src/cli/chat.ts',
    text: 'stream_options',
    because: 'the command is a client of Chat Completions',
  },
  {
    path: 'src/cli/chat.ts',
    text: 'choices?.[',
    because: 'the command is a client of Chat Completions',
  },
  {
    path: 'src/pipeline/kept/continue.ts',
    text: 'previous_response_id',
    because: 'the gateway keeps responses, which only that API has',
  },
  {
    path: 'src/pipeline/kept/serve.ts',
    text: 'output_text',
    because: 'the gateway lists the items of responses that it keeps',
  },
  {
    path: 'src/protocols/responses/write-items.ts',
    text: 'openai',
    because: 'the Responses API is OpenAI\u2019s: its own files and thoughts need no carrying over',
  },
]

export interface VendorFinding {
  path: string
  /** The name or the field. */
  text: string
}

/** What `path` knows of vendors although that is not its matter; comments do not count. */
export function vendorFindings(path: string, source: string): VendorFinding[] {
  if (!path.startsWith('src/') || path.endsWith('.test.ts')) return []
  const code = withoutComments(source)
  const found = new Set<string>()
  if (!MAY_KNOW_FIELDS.test(path))
    for (const field of Object.values(FIELDS).flat()) if (holds(code, field)) found.add(field)
  if (!MAY_COMPARE.test(path))
    for (const name of comparedNames(code))
      if (!path.startsWith(`src/protocols/${name}/`)) found.add(name)
  return [...found].map((text) => ({ path, text }))
}

export function isExcepted({ path, text }: VendorFinding): boolean {
  return VENDOR_EXCEPTIONS.some((each) => each.path === path && each.text === text)
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function holds(code: string, field: string): boolean {
  for (let at = code.indexOf(field); at >= 0; at = code.indexOf(field, at + 1)) {
    const [before = '', after = ''] = [code[at - 1], code[at + field.length]]
    if (!/[\w$]/.test(before) && !(/\w$/.test(field) && /[\w$]/.test(after))) return true
  }
  return false
}

/** `=== 'openai'`, `'openai' !== x`, `case 'openai':`, `includes('openai')`, `startsWith('openai')`. */
function comparedNames(code: string): Set<string> {
  const name = `['"\`](${NAMES.join('|')})['"\`]`
  const forms = [
    `[!=]==?\\s*${name}`,
    `${name}\\s*[!=]==?`,
    `\\bcase\\s*${name}`,
    `\\.(?:includes|indexOf|startsWith)\\(${name}`,
  ]
  const matches = forms.flatMap((form) => [...code.matchAll(new RegExp(form, 'g'))])
  return new Set(matches.map(([, found = '']) => found))
}
