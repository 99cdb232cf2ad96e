/**
 * What some vendors say of a request in words alone. Words may echo a prompt, so they decide only between refusals of
 * the request itself: at worst, one that another target would refuse as well is tried there, and no key is blamed.
 */
import type { FailureVerdict } from './failure-scope.ts'

/** The prompt, alone or with the answer that is asked for, is more than the model can hold. */
const TOO_LONG = [
  // OpenAI, DeepSeek, vLLM, SGLang, OpenRouter, Mistral, xAI, Fireworks; llama.cpp, MiniMax, Anthropic.
  /\bmaximum (?:context|prompt|model) length\b/,
  /\bcontext (?:length|size|limit|window)\b/,
  /\b(?:prompt|input) is too long\b|\bprompt ?超长/,
  /\breduce the length of the (?:input )?(?:messages|prompt)\b/,
  // Google.
  /\binput token count\b.*\bexceeds the maximum\b/,
  // Alibaba, ByteDance, Moonshot, Tencent, Baidu, SiliconFlow.
  /\brange of input length should be\b/,
  /\binput length \d+ exceeds the maximum length\b/,
  /\bexceeded model token limit\b/,
  /\btoken length exceeds\b/,
  /\bmax (?:length of current question|input (?:characters|tokens))\b/,
  /\blength of prompt_tokens\b.*\bmust be less than\b/,
  // Cohere, Hugging Face, Together.
  /\bnumber of tokens in the prompt cannot exceed\b/,
  /`inputs` (?:tokens|must have less than \d+ tokens)/,
]

/** DeepSeek; Anthropic, behind a proxy; xAI, with a status 403 and no code, for which the key would be blamed. */
const FILTERED = [
  /^content exists risk\b/,
  /\boutput blocked by content filtering policy\b/,
  /\bcontent violates usage guidelines\b/,
]

/** The verdict by status and codes, or a narrower one. */
export function narrowed(verdict: FailureVerdict, message: string | null): FailureVerdict {
  const isOpen = verdict.scope === 'request' && ['client', 'auth'].includes(verdict.class)
  if (!isOpen || message === null) return verdict
  const said = message.slice(0, MAX_LOOKED_AT).toLowerCase()
  if (FILTERED.some((words) => words.test(said))) return { class: 'filter', scope: 'request' }
  if (verdict.class === 'client' && TOO_LONG.some((words) => words.test(said)))
    return { class: 'context', scope: 'request' }
  return verdict
}

const MAX_LOOKED_AT = 1_000

/** The code of OpenAI that agents act on, for a refusal that had none of its own. */
export function codeOfVerdict({ class: kind }: FailureVerdict): string | null {
  if (kind === 'context') return 'context_length_exceeded'
  return kind === 'filter' ? 'content_filter' : null
}
