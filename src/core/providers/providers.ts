/** Facts about each provider: adding one is a compile error until all of them are stated. */

/** OpenAI's two formats of a conversation: Chat Completions and Responses. */
export const SPOKEN_PROTOCOLS = ['chat', 'responses'] as const
export type SpokenProtocol = (typeof SPOKEN_PROTOCOLS)[number]

export interface ProviderFacts {
  /** Whether it has upstream keys; the demo answers without one. */
  hasKeys: boolean
  /** The address of its API; null if every customer has their own. */
  baseUrl: string | null
  /** The path appended to a base URL, which therefore must not end with it. */
  addedPath: string | null
  /** Whether each request names an API version. */
  hasApiVersion: boolean
  /** Whether an operator may choose between Chat Completions and Responses. */
  choosesProtocol: boolean
  /** Whether a key without a list of models serves any model, or only those configured for it. */
  servesUnnamedModels: boolean
  /**
   * Whose published prices hold: `own` are the provider's, `by_address` those of the vendor at the base
   * URL, `none` costs nothing.
   */
  prices: 'own' | 'by_address' | 'none'
  /** Whether operators choose its model names, so that only the client's model name determines the price. */
  namesAreDeployments: boolean
}

/** In this order for calls that name no model: a vendor comes before those that are only compatible with it. */
const FACTS = {
  openai: {
    hasKeys: true,
    baseUrl: 'https://api.openai.com/v1',
    addedPath: null,
    hasApiVersion: false,
    choosesProtocol: true,
    servesUnnamedModels: true,
    prices: 'own',
    namesAreDeployments: false,
  },
  azure: {
    hasKeys: true,
    baseUrl: null,
    addedPath: '/openai',
    hasApiVersion: true,
    choosesProtocol: true,
    servesUnnamedModels: false,
    prices: 'own',
    namesAreDeployments: true,
  },
  compatible: {
    hasKeys: true,
    baseUrl: null,
    addedPath: null,
    hasApiVersion: false,
    choosesProtocol: true,
    servesUnnamedModels: true,
    prices: 'by_address',
    namesAreDeployments: false,
  },
  anthropic: {
    hasKeys: true,
    baseUrl: 'https://api.anthropic.com',
    addedPath: '/v1',
    hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: true,
    prices: 'own',
    namesAreDeployments: false,
  },
  gemini: {
    hasKeys: true,
    baseUrl: 'https://generativelanguage.googleapis.com',
    addedPath: '/v1beta',
    hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: true,
    prices: 'by_address',
    namesAreDeployments: false,
  },
  vertex: {
    hasKeys: true,
    baseUrl: null,
    addedPath: '/publishers',
    hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: true,
    prices: 'by_address',
    namesAreDeployments: false,
  },
  bedrock: {
    hasKeys: true,
    baseUrl: null,
    addedPath: '/model',
    hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: true,
    prices: 'by_address',
    namesAreDeployments: false,
  },
  demo: {
    hasKeys: false,
    baseUrl: null,
    addedPath: null,
    hasApiVersion: false,
    choosesProtocol: false,
    servesUnnamedModels: false,
    prices: 'none',
    namesAreDeployments: false,
  },
} as const satisfies Record<string, ProviderFacts>

export type ProviderName = keyof typeof FACTS

export const PROVIDER_FACTS: Readonly<Record<ProviderName, ProviderFacts>> = FACTS

/** Providers that can have upstream keys, in the order of the table. */
export const KEY_PROVIDERS = (Object.keys(FACTS) as ProviderName[]).filter(
  (name) => FACTS[name].hasKeys,
)

/** Whether the provider's variables are read, given that UPSTREAM_TYPE names one provider or none. */
export function importsFromVariables(
  provider: ProviderName,
  upstreamType: ProviderName | null,
): boolean {
  return upstreamType === null || upstreamType === provider
}
