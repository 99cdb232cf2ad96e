/** Temporary AWS keys of the role that the gateway runs in: of a pod, a container, or a machine. */

import type { AwsKeys } from '../../upstreams/credentials.ts'
import type { Expiring } from './fresh-value.ts'
import {
  CredentialError,
  type CredentialFetch,
  FORM,
  form,
  isRefusal,
  jsonFrom,
} from './token-request.ts'

/** Where a role's keys come from, in the order in which AWS's own SDKs look. */
export interface RoleSources {
  /** A pod with a service account of its own (IRSA): the role, and the file with the pod's token. */
  webIdentity: { roleArn: string; readToken(): Promise<string>; stsUrl: string } | null
  /** A container (ECS) or a pod (EKS Pod Identity): an address, and what authorizes at it. */
  container: { url: string; readAuthorization(): Promise<string | null> } | null
  /** The machine's own metadata service (IMDSv2), e.g. `http://169.254.169.254`. */
  metadataUrl: string
}

export async function roleKeys(
  sources: RoleSources,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<AwsKeys>> {
  const { webIdentity, container, metadataUrl } = sources
  if (webIdentity !== null) return webIdentityKeys(webIdentity, fetch)
  if (container !== null) return containerKeys(container, fetch, nowMs)
  return machineKeys(metadataUrl, fetch, nowMs)
}

/** Said with a status of 400, and over soon. */
const STS_PASSING = /^(?:Throttling|RequestLimitExceeded|IDPCommunicationError)/

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
async function webIdentityKeys(
  { roleArn, readToken, stsUrl }: NonNullable<RoleSources['webIdentity']>,
  fetch: CredentialFetch,
): Promise<Expiring<AwsKeys>> {
  const { status, body } = await fetch({
    method: 'POST',
    url: stsUrl,
    headers: FORM,
    body: form({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'gpt-proxy',
      WebIdentityToken: (await readToken()).trim(),
    }),
  })
  const field = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(body)?.[1]
  if (status !== 200) {
    const reason = [field('Code'), field('Message')].filter(Boolean).join(': ').slice(0, 300)
    const refused = isRefusal(status) && !STS_PASSING.test(field('Code') ?? '')
    throw new CredentialError(`AWS STS answered with ${status}: ${reason}`, refused)
  }
  return keysOf('AWS STS', {
    AccessKeyId: field('AccessKeyId'),
    SecretAccessKey: field('SecretAccessKey'),
    Token: field('SessionToken'),
    Expiration: field('Expiration'),
  })
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
async function containerKeys(
  { url, readAuthorization }: NonNullable<RoleSources['container']>,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<AwsKeys>> {
  const authorization = await readAuthorization()
  const headers: Record<string, string> = authorization === null ? {} : { authorization }
  const source = "the container's credential address"
  const reply = await fetch({ method: 'GET', url, headers, body: null })
  return keysOf(source, jsonFrom(source, reply), nowMs)
}

const SESSION_SECONDS = '21600'

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
async function machineKeys(
  metadataUrl: string,
  fetch: CredentialFetch,
  nowMs: number,
): Promise<Expiring<AwsKeys>> {
  const source = `the AWS metadata service at ${metadataUrl}`
  const session = await fetch({
    method: 'PUT',
    url: `${metadataUrl}/latest/api/token`,
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': SESSION_SECONDS },
    body: null,
  }).catch((error: Error) => {
    // Its answer to a container is dropped on the way if the instance allows one hop.
    const why = `${error.message}; in a container the instance's metadata hop limit has to be 2`
    throw new CredentialError(`${source} did not answer (${why})`, false)
  })
  if (session.status !== 200)
    throw new CredentialError(`${source} answered with ${session.status}`, false)
  const headers = { 'x-aws-ec2-metadata-token': session.body.trim() }
  const url = `${metadataUrl}/latest/meta-data/iam/security-credentials/`
  const roles = await fetch({ method: 'GET', url, headers, body: null })
  const [role = ''] = roles.body.trim().split('\n')
  if (roles.status !== 200 || role === '')
    throw new CredentialError(`${source} knows no role of this machine`, true)
  const reply = await fetch({
    method: 'GET',
    url: url + encodeURIComponent(role),
    headers,
    body: null,
  })
  return keysOf(source, jsonFrom(source, reply), nowMs)
}

/** Without an end they are asked for again soon. */
const UNKNOWN_LIFE_MS = 300_000

function keysOf(
  source: string,
  fields: Readonly<Record<string, unknown>>,
  nowMs = 0,
): Expiring<AwsKeys> {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = fields
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string')
    throw new CredentialError(`${source} gave no access keys`, false)
  const expiresAtMs = Date.parse(String(Expiration))
  return {
    value: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: typeof Token === 'string' ? Token : null,
    },
    expiresAtMs: Number.isNaN(expiresAtMs) ? nowMs + UNKNOWN_LIFE_MS : expiresAtMs,
  }
}
