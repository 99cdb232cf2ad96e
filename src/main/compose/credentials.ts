/** Cloud credentials: where to request them, with what this machine provides. */
import { readFile } from 'node:fs/promises'
import type { Config } from '../../config.ts'
import { RenewableCredentials } from '../../providers/credentials/credentials.ts'
import type { CredentialFetch } from '../../providers/credentials/token-request.ts'

/** A source that does not answer must not delay a request for long. */
const TIMEOUT_MS = 10_000

const credentialFetch: CredentialFetch = async ({ method, url, headers, body }) => {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const reply = await fetch(url, { method, headers, body, redirect: 'manual', signal })
  return { status: reply.status, body: await reply.text() }
}

export function createRenewableCredentials(
  { credentialSources }: Config,
  nowMs: () => number,
): RenewableCredentials {
  const { googleMetadataHost, entraAuthority, awsWebIdentity, awsContainer, awsMetadataUrl } =
    credentialSources
  return new RenewableCredentials({
    fetch: credentialFetch,
    nowMs,
    sources: {
      googleMetadataHost,
      entraAuthority,
      awsRole: {
        webIdentity:
          awsWebIdentity === null
            ? null
            : { ...awsWebIdentity, readToken: () => readFile(awsWebIdentity.tokenFile, 'utf8') },
        container:
          awsContainer === null
            ? null
            : { url: awsContainer.url, readAuthorization: () => authorizationOf(awsContainer) },
        metadataUrl: awsMetadataUrl,
      },
    },
  })
}

interface Authorization {
  token: string | null
  tokenFile: string | null
}

/** The file takes precedence, because its content changes. */
async function authorizationOf({ token, tokenFile }: Authorization): Promise<string | null> {
  return tokenFile === null ? token : (await readFile(tokenFile, 'utf8')).trim()
}
