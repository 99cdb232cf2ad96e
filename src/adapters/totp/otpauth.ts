/** One-time passwords, using the otpauth library. */
import { Secret, TOTP } from 'otpauth'
import type { Totp } from '../../access/totp.ts'

const PERIOD_S = 30
const SECRET_BYTES = 20

export const otpauth: Totp = {
  newSecret: () => new Secret({ size: SECRET_BYTES }).base32,
  uri: (secret, username) => totpOf(secret, username).toString(),
  stepOf(secret, code, nowMs) {
    const delta = totpOf(secret, '').validate({ token: code, timestamp: nowMs, window: 1 })
    return delta === null ? null : Math.floor(nowMs / 1000 / PERIOD_S) + delta
  },
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: 'GPT Proxy',
    label,
    secret: Secret.fromBase32(secret),
    period: PERIOD_S,
  })
}
