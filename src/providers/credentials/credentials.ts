/** What requests are authenticated with: keys as they are, and tokens that are kept fresh for all who need them. */
import { BoundedMap } from '../../core/bounded-map.ts'
import type { AwsKeys, CredentialRefusal, RenewableSource } from '../../upstreams/credentials.ts'
import { type RoleSources, roleKeys } from './aws.ts'
import { type Credential, readCredential } from './credential.ts'
import { entraToken } from './entra.ts'
import { FreshValue } from './fresh-value.ts'
import { metadataToken, serviceAccountToken, userToken } from './google.ts'
import { CredentialError, type CredentialFetch } from './token-request.ts'

/** Where credentials come from that are not in the secret itself. */
export interface CredentialSources {
  /** Host and perhaps port of Google's metadata server. */
  googleMetadataHost: string
  /** Microsoft Entra ID, without a slash at the end. */
  entraAuthority: string
  awsRole: RoleSources
}

interface Dependencies {
  fetch: CredentialFetch
  nowMs: () => number
  sources: CredentialSources
}

/** AWS takes signatures that are up to five minutes off. */
const MAX_SKEW_MS = 4 * 60_000

/** Secrets that are in use at one time. */
const MAX_KEPT = 10_000

export class RenewableCredentials implements RenewableSource {
  private readonly dependencies: Dependencies
  /** By secret, so that upstream keys with one account share its token. */
  private readonly tokens = new BoundedMap<string, FreshValue<string>>(MAX_KEPT)
  private readonly roles = new BoundedMap<string, FreshValue<AwsKeys>>(MAX_KEPT)
  /** How far AWS's clock is ahead of this machine's. */
  private awsAheadMs = 0
  private readonly read = new BoundedMap<string, Credential>(MAX_KEPT)

  constructor(dependencies: Dependencies) {
    this.dependencies = dependencies
  }

  /** What the secret is. Throws CredentialError for one that can't be read. */
  kindOf(secret: string): Credential {
    const known = this.read.get(secret)
    if (known !== undefined) return known
    try {
      const credential = readCredential(secret)
      this.read.set(secret, credential)
      return credential
    } catch (error) {
      throw new CredentialError(
        `the stored secret can't be used: ${(error as Error).message}`,
        true,
      )
    }
  }

  /** A bearer token, or null if the secret is a key that is sent as it is. */
  token(secret: string): string | null | Promise<string> {
    const credential = this.kindOf(secret)
    if (credential.kind === 'key') return null
    const known = this.tokens.get(secret)
    if (known !== undefined) return known.get()
    const { nowMs } = this.dependencies
    const fresh = new FreshValue(() => this.obtain(credential), nowMs)
    this.tokens.set(secret, fresh)
    return fresh.get()
  }

  /** Keys to sign with, or null if the secret is a key that is sent as it is. */
  awsKeys(secret: string): AwsKeys | null | Promise<AwsKeys> {
    const credential = this.kindOf(secret)
    if (credential.kind === 'key') return null
    if (credential.kind === 'aws') return credential.keys
    if (credential.kind !== 'aws-role') throw unfit('AWS keys', credential)
    const known = this.roles.get(secret)
    if (known !== undefined) return known.get()
    const { fetch, nowMs, sources } = this.dependencies
    const fresh = new FreshValue(() => roleKeys(sources.awsRole, fetch, nowMs()), nowMs)
    this.roles.set(secret, fresh)
    return fresh.get()
  }

  awsTimeMs(): number {
    return this.dependencies.nowMs() + this.awsAheadMs
  }

  refused(secret: string, { sent, serverTimeMs, code }: CredentialRefusal): boolean {
    const corrected = serverTimeMs !== null && code !== null && this.correctTime(serverTimeMs)
    const discarded =
      typeof sent === 'string'
        ? this.tokens.get(secret)?.discard(sent)
        : this.roles.get(secret)?.discard(sent)
    return discarded === true || corrected
  }

  /** AWS refuses signatures of other times than its own. Whether this machine's was wrong. */
  private correctTime(serverTimeMs: number): boolean {
    const offMs = serverTimeMs - this.awsTimeMs()
    if (Math.abs(offMs) < MAX_SKEW_MS) return false
    this.awsAheadMs += offMs
    return true
  }

  private obtain(credential: Credential) {
    const { fetch, nowMs, sources } = this.dependencies
    switch (credential.kind) {
      case 'google':
        return serviceAccountToken(credential.account, fetch, nowMs())
      case 'google-user':
        return userToken(credential.user, fetch, nowMs())
      case 'google-metadata':
        return metadataToken(sources.googleMetadataHost, fetch, nowMs())
      case 'entra':
        return entraToken(credential.client, sources.entraAuthority, fetch, nowMs())
      default:
        throw unfit('an access token', credential)
    }
  }
}

function unfit(wanted: string, { kind }: Credential): CredentialError {
  return new CredentialError(`${wanted} can't be had from a secret of kind '${kind}'`, true)
}
