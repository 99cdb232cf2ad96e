/**
 * Vendors that speak OpenAI's language at an address of their own, as data: `--provider deepseek` is an upstream
 * of provider `compatible` at DeepSeek's address. Addresses and variables are the vendors' own, from their documents;
 * what they serve in addition to Chat Completions was compared with these on 2026-11-29.
 */
import { BoundedMap } from '../bounded-map.ts'
import { CHAT_QUIRKS, type ChatQuirks } from './chat-quirks.ts'

export interface ProviderPreset {
  /** Its name as people write it. */
  title: string
  baseUrl: string
  /** Its other hosts with the same API: of another region, or an older name. `*.` stands for a customer's own name. */
  otherHosts: readonly string[]
  /** The variable that usually holds the key; null: a local server that checks none. */
  variable: string | null
  /**
   * Whether it serves Responses in addition to Chat Completions, at the same base URL, and keeps them. Stateless ones
   * refuse or ignore `store` and `previous_response_id`. Null: it does not, or it is a local server, which has
   * `--protocol responses` if it is to be sent Responses.
   */
  responses: 'kept' | 'stateless' | null
  /**
   * Where it serves Anthropic's Messages for the same key: the path before `/v1/messages` at its host. Null: it does not,
   * or serves only a few of its models there, or it is a local server.
   */
  messages: string | null
  /** The only format that conversations are taken in; null: Chat Completions in any case. */
  only: 'responses' | null
  /** What its Chat Completions do otherwise than OpenAI's. */
  chat: ChatQuirks
  /** Its name in the price catalogue; null: the catalogue does not list it, or it is free. */
  prices: string | null
}

const at = <Variable extends string | null>(
  title: string,
  baseUrl: string,
  variable: Variable,
  more: Omit<Partial<ProviderPreset>, 'variable'> = {},
): ProviderPreset & { variable: Variable } => ({
  title,
  baseUrl,
  otherHosts: [],
  variable,
  responses: null,
  messages: null,
  only: null,
  chat: {},
  prices: null,
  ...more,
})

export const PROVIDER_PRESETS = {
  deepseek: at('DeepSeek', 'https://api.deepseek.com', 'DEEPSEEK_API_KEY', {
    // https://api-docs.deepseek.com/guides/anthropic_api
    messages: '/anthropic',
    responses: 'stateless',
    chat: CHAT_QUIRKS.deepseek,
    prices: 'deepseek',
  }),
  dashscope: at(
    'Alibaba Qwen (DashScope)',
    'https://dashscope.aliyuncs.com/compatible-mode/v1',
    'DASHSCOPE_API_KEY',
    {
      otherHosts: [
        'dashscope-intl.aliyuncs.com',
        'dashscope-us.aliyuncs.com',
        'cn-hongkong.dashscope.aliyuncs.com',
        '*.cn-beijing.maas.aliyuncs.com',
        '*.ap-southeast-1.maas.aliyuncs.com',
        '*.cn-hongkong.maas.aliyuncs.com',
      ],
      // https://help.aliyun.com/zh/model-studio/anthropic-api-messages
      messages: '/apps/anthropic',
      // https://help.aliyun.com/en/model-studio/compatibility-with-openai-responses-api
      responses: 'kept',
    },
  ),
  moonshot: at('Moonshot (Kimi)', 'https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY', {
    otherHosts: ['api.moonshot.cn'],
    // https://platform.kimi.ai/docs/api/overview, which does not say that responses are kept.
    messages: '/anthropic',
    responses: 'stateless',
    prices: 'moonshotai',
  }),
  zhipu: at('Zhipu (GLM)', 'https://open.bigmodel.cn/api/paas/v4', 'ZHIPUAI_API_KEY', {
    otherHosts: ['api.z.ai'],
    messages: '/api/anthropic',
    chat: CHAT_QUIRKS.zhipu,
    prices: 'zhipuai',
  }),
  minimax: at('MiniMax', 'https://api.minimax.io/v1', 'MINIMAX_API_KEY', {
    otherHosts: ['api.minimaxi.com'],
    // https://platform.minimax.io/docs/api-reference/text-anthropic-api
    messages: '/anthropic',
    responses: 'stateless',
    prices: 'minimax',
  }),
  doubao: at('Volcengine Ark (Doubao)', 'https://ark.cn-beijing.volces.com/api/v3', 'ARK_API_KEY'),
  siliconflow: at('SiliconFlow', 'https://api.siliconflow.cn/v1', 'SILICONFLOW_API_KEY', {
    otherHosts: ['api.siliconflow.com'],
    // https://docs.siliconflow.cn/cn/api-reference/chat-completions/messages
    messages: '',
  }),
  mistral: at('Mistral', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY', {
    chat: CHAT_QUIRKS.mistral,
    prices: 'mistral',
  }),
  groq: at('Groq', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY', {
    responses: 'stateless',
    prices: 'groq',
  }),
  xai: at('xAI (Grok)', 'https://api.x.ai/v1', 'XAI_API_KEY', {
    otherHosts: ['us.api.x.ai', 'eu-west-1.api.x.ai'],
    // Its Messages API is deprecated: https://docs.x.ai/docs/api-reference
    responses: 'kept',
    prices: 'x-ai',
  }),
  together: at('Together', 'https://api.together.xyz/v1', 'TOGETHER_API_KEY', {
    // It has Responses and Messages too, "supported" for a few models: https://docs.together.ai/docs/inference/messages-api
    otherHosts: ['api.together.ai', 'api-inference.together.ai'],
    prices: 'together',
  }),
  fireworks: at('Fireworks', 'https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY', {
    otherHosts: ['us.api.fireworks.ai'],
    // https://docs.fireworks.ai/tools-sdks/anthropic-compatibility
    messages: '/inference',
    responses: 'kept',
    prices: 'fireworks',
  }),
  cohere: at('Cohere', 'https://api.cohere.ai/compatibility/v1', 'COHERE_API_KEY', {
    otherHosts: ['api.cohere.com'],
    chat: CHAT_QUIRKS.cohere,
    prices: 'cohere',
  }),
  perplexity: at('Perplexity', 'https://api.perplexity.ai/v1', 'PERPLEXITY_API_KEY', {
    // Chat Completions ended on 2026-09-27: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview
    only: 'responses',
    responses: 'kept',
    prices: 'perplexity',
  }),
  openrouter: at('OpenRouter', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY', {
    // https://openrouter.ai/docs/api/api-reference/anthropic-messages
    messages: '/api',
    responses: 'stateless',
    prices: 'openrouter',
  }),
  cerebras: at('Cerebras', 'https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY', {
    chat: CHAT_QUIRKS.cerebras,
    prices: 'cerebras',
  }),
  nvidia: at('NVIDIA NIM', 'https://integrate.api.nvidia.com/v1', 'NVIDIA_API_KEY'),
  ollama: at('Ollama', 'http://127.0.0.1:11434/v1', null),
  vllm: at('vLLM', 'http://127.0.0.1:8000/v1', null),
  lmstudio: at('LM Studio', 'http://127.0.0.1:1234/v1', null),
  llamacpp: at('llama.cpp', 'http://127.0.0.1:8080/v1', null),
  sglang: at('SGLang', 'http://127.0.0.1:30000/v1', null),
} as const satisfies Record<string, ProviderPreset>

export type PresetName = keyof typeof PROVIDER_PRESETS

export type PresetVariable = NonNullable<(typeof PROVIDER_PRESETS)[PresetName]['variable']>

/** Each variable with the address that its key is for. */
export const PRESET_VARIABLES = Object.values(PROVIDER_PRESETS).flatMap(({ variable, baseUrl }) =>
  variable === null ? [] : [{ variable, baseUrl }],
) as readonly { variable: PresetVariable; baseUrl: string }[]

/** Other names that people try for the same vendor. */
const ALIASES: Readonly<Record<string, PresetName>> = {
  qwen: 'dashscope',
  kimi: 'moonshot',
  glm: 'zhipu',
  ark: 'doubao',
  volcengine: 'doubao',
  grok: 'xai',
  nim: 'nvidia',
  'lm-studio': 'lmstudio',
  'llama.cpp': 'llamacpp',
}

export const PRESET_NAMES = Object.keys(PROVIDER_PRESETS) as readonly PresetName[]

export function presetFor(name: string): ProviderPreset | null {
  const preset = ALIASES[name] ?? name
  return Object.hasOwn(PROVIDER_PRESETS, preset) ? PROVIDER_PRESETS[preset as PresetName] : null
}

const BY_HOST = new Map<string, ProviderPreset>(
  Object.values(PROVIDER_PRESETS)
    .filter(({ variable }) => variable !== null)
    .flatMap((preset) =>
      [new URL(preset.baseUrl).host, ...preset.otherHosts].map((host) => [host, preset] as const),
    ),
)

/** Addresses are few, and looked up for every request. */
const MAX_KNOWN = 1_000
const known = new BoundedMap<string, ProviderPreset | null>(MAX_KNOWN)

/** The vendor at an address, even if the address was entered by hand. Local addresses do not identify a vendor. */
export function presetAt(baseUrl: string): ProviderPreset | null {
  const before = known.get(baseUrl)
  if (before !== undefined) return before
  const host = URL.parse(baseUrl)?.host ?? ''
  const found = BY_HOST.get(host) ?? BY_HOST.get(host.replace(/^[^.]+/, '*')) ?? null
  known.set(baseUrl, found)
  return found
}
