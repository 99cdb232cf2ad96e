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
}
