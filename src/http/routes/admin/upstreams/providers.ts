/** The vendors that an upstream can be of, as forms need to know them. */
import {
  KEY_PROVIDERS,
  PROVIDER_FACTS,
  type ProviderName,
} from '../../../../core/providers/providers.ts'
import { invalidField } from '../frame/api-error.ts'

export function providerViews() {
  return KEY_PROVIDERS.map((name) => {
    const facts = PROVIDER_FACTS[name]
    return {
      name,
      base_url: facts.baseUrl,
      needs_deployments: !facts.servesUnnamedModels,
      has_api_version: facts.hasApiVersion,
      chooses_protocol: facts.choosesProtocol,
    }
  })
}

export function providerOf(name: string, field = 'provider'): ProviderName {
  const found = KEY_PROVIDERS.find((provider) => provider === name)
  if (found !== undefined) return found as ProviderName
  throw invalidField(field, `must be one of ${KEY_PROVIDERS.join(', ')}`)
}

/** The vendor's own address need not be given. */
export function baseUrlOf(
  provider: ProviderName,
  given: string | undefined,
  field: string,
): string {
  const url = given ?? PROVIDER_FACTS[provider].baseUrl
  if (url === null) throw invalidField(field, `an upstream of ${provider} needs an address`)
  return url
}
