/** Where requests get what authenticates them, if that is not the stored key itself. */

export interface AwsKeys {
  accessKeyId: string
  secretAccessKey: string
  /** Present with temporary credentials. */
  sessionToken: string | null
}

/** A promise only while nothing valid is there. Rejects with a reason that holds no secret. */
export interface CredentialSource {
  /** A bearer token, or null if the secret is a key that is sent as it is. */
  token(secret: string): string | null | Promise<string>
  /** Keys to sign with, or null if the secret is a key that is sent as it is. */
  awsKeys(secret: string): AwsKeys | null | Promise<AwsKeys>
  /** The time to sign with, in ms: this machine's, corrected by what AWS said. */
  awsTimeMs(): number
}

/** What an upstream said of credentials that were sent to it. */
export interface CredentialRefusal {
  /** The token or keys. */
  sent: string | AwsKeys
  /** The upstream's own time in ms; null if it did not say. */
  serverTimeMs: number | null
  /** AWS's word for it, e.g. `ExpiredTokenException`; null if it had none. */
  code: string | null
}

export interface RenewableSource extends CredentialSource {
  /**
   * Forgets what an upstream refused before its time, and learns how wrong this machine's clock is. True if the
   * next credentials may be accepted, so that the request is worth sending again.
   */
  refused(secret: string, refusal: CredentialRefusal): boolean
}
