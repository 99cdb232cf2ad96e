/** Why an upstream failed, in plain words. The gateway gives a class or a status and details in English. */
import { useLingui } from '@lingui/react/macro'

/** Of an attempt, such as `server: status 503`. The details stay available for a title. */
export function useFailureText(): (failure: string) => string {
  const { t } = useLingui()
  const names: Record<string, string> = {
    connect: t`could not connect`,
    timeout: t`no answer in time`,
    server: t`server error`,
    rate: t`rate limit of the provider`,
    quota: t`the provider's quota is exhausted`,
    auth: t`the provider refused the key`,
    model: t`does not have the model`,
    context: t`too long for the model`,
    filter: t`the provider's filter`,
    client: t`refused the request`,
    hedged: t`another target answered first`,
  }
  return (failure) => names[failure.split(':')[0] ?? ''] ?? failure
}

/** Of an upstream's last error, such as `status 401, invalid_api_key`, with what to do. */
export function useErrorHint(): (lastError: string) => string {
  const { t } = useLingui()
  return (lastError) => {
    const status = Number(/^status (\d{3})/.exec(lastError)?.[1] ?? 0)
    if (/insufficient_quota|billing|credit/i.test(lastError) || status === 402)
      return t`The quota or the balance at the provider is used up. Top it up, then reset the health.`
    if (status === 401 || status === 403)
      return t`The provider refuses this key. Check it at the provider, or replace it.`
    if (status === 404) return t`The provider does not have this model or address.`
    if (status === 429) return t`The provider's rate limit is reached. It is used again by itself.`
    if (status >= 500) return t`The provider had an error of its own. It is tried again by itself.`
    if (status === 200) return t`The provider's answer was broken.`
    if (/time|silent/i.test(lastError)) return t`The provider did not answer in time.`
    if (/connect|refused|resolve|reset|certificate|TLS/i.test(lastError))
      return t`The gateway can't reach the provider. Check the address and the network.`
    return lastError
  }
}
