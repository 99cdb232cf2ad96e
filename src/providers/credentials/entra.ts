/** Access tokens for Azure OpenAI from Microsoft Entra ID, by client credentials. */
import type { EntraClient } from './credential.ts'
import type { Expiring } from './fresh-value.ts'
import { type CredentialFetch, FORM, form, tokenFrom } from './token-request.ts'

const SCOPE = 'https://cognitiveservices.azure.com/.default'

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export async function entraToken(
  { tenantId, clientId, clientSecret }: EntraClient,
  authority: string,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<string>> {
  const reply = await fetch({
    method: 'POST',
    url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    headers: FORM,
    body: form({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: SCOPE,
    }),
  })
  return tokenFrom(`Microsoft Entra ID, for the application ${clientId},`, reply, nowMs)
}
