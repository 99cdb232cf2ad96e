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
