/** The signature that AWS's own signer gives a request. */
import { SignatureV4 } from '@smithy/signature-v4'
import { type Asked, AWS } from './model-hosts.ts'

class Sha256 {
  private readonly hasher: Bun.CryptoHasher
  constructor(secret?: unknown) {
    this.hasher = new Bun.CryptoHasher('sha256', secret as Uint8Array | undefined)
  }
  update(data: unknown) {
    this.hasher.update(data as Uint8Array)
  }
  async digest() {
    return new Uint8Array(this.hasher.digest())
  }
  reset() {}
}

/** Of a request as it arrived. */
export async function awsSignature({ path, headers, body }: Asked): Promise<string | undefined> {
  const [accessKeyId = '', secretAccessKey = ''] = AWS.split(':')
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region: 'us-east-1',
    service: 'bedrock',
    sha256: Sha256,
    applyChecksum: false,
  })
  const time = headers.get('x-amz-date') ?? ''
  const signingDate = new Date(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query: {},
      headers: {
        host: headers.get('host') ?? '',
        'content-type': headers.get('content-type') ?? '',
        'x-amz-date': time,
      },
      body,
    },
    { signingDate },
  )
  return signed.headers.authorization
}
