/** What models take, as data by name. An unknown name follows its vendor's newest family; operators override. */
import type { Effort } from './neutral.ts'

export interface ModelFacts {
  /** The most tokens that it generates in one answer; null: unknown. */
  maxOutput: number | null
  /** Efforts that it takes, lowest first; empty: it takes none. */
  efforts: readonly Effort[]
  /** Its thinking can be turned off. */
  thinkingOff: boolean
  /**
   * How its thinking is requested: `effort` only by effort (OpenAI, Gemini 3's level), `adaptive` by effort with Claude's
   * adaptive mode, `budget` by a number of tokens, `none` not at all.
   */
  thinking: 'effort' | 'adaptive' | 'budget' | 'none'
  /** The length of its text can be set. */
  verbosity: boolean
  /** Temperature, top_p and the like are accepted. */
  sampling: boolean
  /** Penalties and stop texts are taken as well, if sampling parameters are. */
  penaltiesAndStops: boolean
  /** A system message may stand after the first user turn. */
  midSystem: boolean
  /** It takes a JSON schema for its output. */
  outputSchema: boolean
  /** It takes a form for its output although it may call tools. */
  outputWithTools: boolean
  media: Media
  /** Media may stand in a tool's result. */
  mediaInResults: boolean
  /** Gemini 3: function calls need signatures back. */
  callSignatures: boolean
  /** The largest thinking budget of a model that takes one; null: any below `maxOutput`. */
  maxBudget: number | null
  /** A conversation may end with the beginning of its answer, which it then continues. */
  prefill: boolean
}

interface Media {
  image: boolean
  document: boolean
  audio: boolean
  video: boolean
}

const TEXT_ONLY: Media = { image: false, document: false, audio: false, video: false }
const PICTURES: Media = { image: true, document: true, audio: false, video: false }
const ALL_MEDIA: Media = { image: true, document: true, audio: true, video: true }

/** A model that nothing is known of. Media and schemas are passed: the upstream says whether it takes them. */
const UNKNOWN: ModelFacts = {
  maxOutput: null,
  efforts: [],
  thinkingOff: false,
  thinking: 'none',
  verbosity: false,
  sampling: true,
  penaltiesAndStops: true,
  midSystem: false,
  outputSchema: true,
  outputWithTools: true,
  media: ALL_MEDIA,
  mediaInResults: false,
  callSignatures: false,
  maxBudget: null,
  prefill: false,
}

/** From 4.6 on, Claude refuses a conversation that ends with its own turn. */
const CLAUDE: ModelFacts = {
  ...UNKNOWN,
  maxOutput: 128_000,
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  thinkingOff: true,
  thinking: 'adaptive',
  sampling: false,
  midSystem: true,
  media: PICTURES,
  mediaInResults: true,
}
const CLAUDE_BUDGET: ModelFacts = {
  ...CLAUDE,
  maxOutput: 64_000,
  efforts: [],
  thinking: 'budget',
  sampling: true,
  midSystem: false,
  prefill: true,
}
const CLAUDE_3: ModelFacts = {
  ...CLAUDE_BUDGET,
  maxOutput: 8_192,
  thinking: 'none',
  outputSchema: false,
}

const GPT: ModelFacts = {
  ...UNKNOWN,
  maxOutput: 128_000,
  efforts: ['low', 'medium', 'high', 'xhigh'],
  thinkingOff: true,
  thinking: 'effort',
  verbosity: true,
  sampling: false,
  midSystem: true,
  media: PICTURES,
}
const GPT_4: ModelFacts = {
  ...GPT,
  efforts: [],
  thinking: 'none',
  verbosity: false,
  sampling: true,
}

const GEMINI: ModelFacts = {
  ...UNKNOWN,
  maxOutput: 65_536,
  efforts: ['low', 'medium', 'high'],
  thinking: 'effort',
  mediaInResults: true,
  callSignatures: true,
  prefill: true,
}
const GEMINI_2_5: ModelFacts = {
  ...GEMINI,
  efforts: [],
  thinking: 'budget',
  outputWithTools: false,
  mediaInResults: false,
  callSignatures: false,
  maxBudget: 24_576,
  thinkingOff: true,
}

const EFFORTS = { thinking: 'effort', efforts: ['low', 'medium', 'high'] } as const
const EFFORT_MODEL: ModelFacts = { ...UNKNOWN, ...EFFORTS }
/** Its models that think refuse penalties and stop texts: https://docs.x.ai/docs/guides/reasoning */
const GROK: ModelFacts = { ...UNKNOWN, penaltiesAndStops: false }

/**
 * First match wins, so narrow patterns come first. Sources: the vendors' model pages and, where a vendor
 * refuses a value, its recorded error.
 */
const TABLE: readonly (readonly [RegExp, ModelFacts])[] = [
  [/claude-(?:3-opus|3-haiku|3-sonnet|2|instant)/, { ...CLAUDE_3, maxOutput: 4_096 }],
  [/claude-3-5-/, CLAUDE_3],
  [/claude-3-7-/, { ...CLAUDE_BUDGET, outputSchema: false }],
  [/claude-opus-4-5/, { ...CLAUDE_BUDGET, efforts: ['low', 'medium', 'high'] }],
  [/claude-(?:sonnet|haiku)-4-5/, CLAUDE_BUDGET],
  [
    /claude-(?:opus|sonnet)-4-6/,
    { ...CLAUDE, efforts: ['low', 'medium', 'high', 'max'], sampling: true, midSystem: false },
  ],
  [/claude-opus-4-7/, { ...CLAUDE, midSystem: false }],
  [/claude-opus-4-[89]/, CLAUDE],
  [
    /claude-opus-4(?:-1|-0|-2025|@|$)/,
    { ...CLAUDE_BUDGET, maxOutput: 32_000, outputSchema: false },
  ],
  [/claude-sonnet-4(?:-0|-2025|@|$)/, { ...CLAUDE_BUDGET, outputSchema: false }],
  [/claude/, CLAUDE],
  [/gemini-(?:1|2\.0)/, { ...GEMINI_2_5, maxOutput: 8_192, thinking: 'none', thinkingOff: false }],
  [/gemini-2\.5-pro/, { ...GEMINI_2_5, thinkingOff: false, maxBudget: 32_768 }],
  [/gemini-2\.5/, GEMINI_2_5],
  [/gemini.*flash/, { ...GEMINI, efforts: ['minimal', 'low', 'medium', 'high'] }],
  [/gemini/, GEMINI],
  [/gemma/, UNKNOWN],
  [/gpt-oss/, { ...EFFORT_MODEL, media: TEXT_ONLY }],
  [/gpt-5[^/]*-chat|chatgpt-/, { ...GPT_4, maxOutput: 16_384 }],
  [/gpt-5(?:-|$)/, { ...GPT, efforts: ['minimal', 'low', 'medium', 'high'], thinkingOff: false }],
  [/gpt-5\.1/, { ...GPT, efforts: ['low', 'medium', 'high'] }],
  [/gpt-4\.1/, { ...GPT_4, maxOutput: 32_768 }],
  [/gpt-4o-audio|gpt-audio/, { ...GPT_4, maxOutput: 16_384, media: { ...TEXT_ONLY, audio: true } }],
  [/gpt-4o/, { ...GPT_4, maxOutput: 16_384 }],
  [/gpt-4-turbo/, { ...GPT_4, maxOutput: 4_096 }],
  [/gpt-4/, { ...GPT_4, maxOutput: 8_192, media: TEXT_ONLY }],
  [/gpt-3\.5/, { ...GPT_4, maxOutput: 4_096, media: TEXT_ONLY, outputSchema: false }],
  [
    /(?:^|\/)o\d(?:-|$)/,
    {
      ...GPT,
      maxOutput: 100_000,
      efforts: ['low', 'medium', 'high'],
      thinkingOff: false,
      verbosity: false,
    },
  ],
  [/gpt-\d/, GPT],
  // xAI refuses an effort for the others ("does not support parameter reasoningEffort").
  [/grok-3-mini/, { ...EFFORT_MODEL, efforts: ['low', 'high'] }],
  [/grok-4[.-]3(?!\d)/, { ...GROK, ...EFFORTS, thinkingOff: true }],
  [/grok-4[.-]5(?!\d)/, { ...GROK, ...EFFORTS }],
  [/grok-4(?:[.-][01]|[.-]20|-fast|-0709|-latest|$)|grok-code/, GROK],
  [/grok-(?:[4-9]|\d\d)/, { ...GROK, ...EFFORTS, efforts: ['low', 'medium', 'high', 'xhigh'] }],
  // Moonshot refuses any temperature and top_p but the model's own.
  [/kimi-(?:k2[.p-][5-9]|k[3-9]|for-coding)/, { ...UNKNOWN, sampling: false }],
  [/magistral|deepseek-(?:v[4-9]|reasoner|flash|pro)/, EFFORT_MODEL],
]

/** Names that hold a family's and answer no conversation. */
const NO_CONVERSATION =
  /embed|tts|transcribe|whisper|realtime|image|moderation|search|native-audio|live/

/** The facts that are stated of a model; null for one that nothing is stated of. */
export function statedFacts(model: string): ModelFacts | null {
  const name = model.toLowerCase()
  const facts = factsFor(name)
  return facts === UNKNOWN || NO_CONVERSATION.test(name) ? null : facts
}

/** What an operator knows better, by model name (a `*` at the end takes any rest). */
export type FactOverrides = Readonly<Record<string, Partial<ModelFacts>>>

/** An upstream's list may hold names of megabytes, and some patterns read a name more than once. */
const MAX_NAME = 256

/** The facts for a model by its name at the upstream, e.g. `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. */
export function factsFor(model: string, overrides: FactOverrides = {}): ModelFacts {
  const name = model.toLowerCase()
  const known = name.length <= MAX_NAME && TABLE.find(([pattern]) => pattern.test(name))
  const found = known ? known[1] : UNKNOWN
  const exact = overrides[model] ?? prefixed(model, overrides)
  return exact === undefined ? found : { ...found, ...exact }
}

function prefixed(model: string, overrides: FactOverrides): Partial<ModelFacts> | undefined {
  let best: string | undefined
  for (const name in overrides) {
    if (!name.endsWith('*') || !model.startsWith(name.slice(0, -1))) continue
    if (best === undefined || name.length > best.length) best = name
  }
  return best === undefined ? undefined : overrides[best]
}
