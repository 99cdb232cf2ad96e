/** Time-based one-time passwords: setup, confirmation, check, removal. Each code is valid once. */
import type { User } from '../../core/entities.ts'
import { totpBinding } from '../../upstreams/vault.ts'
import type { Actor } from '../changes.ts'
import type { IdentityParts } from './parts.ts'
import { SignInRefusal } from './refusal.ts'

export function createSecondFactor({ store, change, vault, totp, nowMs }: IdentityParts) {
  const opened = (sealed: string, userId: number): string => {
    const result = vault.open(sealed, totpBinding(userId))
    if (!result.ok) throw new Error(`second factor of user ${userId}: ${result.reason}`)
    return result.secret
  }
  const stepOf = (sealed: string, userId: number, code: string): number => {
    const step = totp.stepOf(opened(sealed, userId), code, nowMs())
    if (step === null) throw new SignInRefusal('totp_invalid', { field: 'code' })
    return step
  }
  /** Throws SignInRefusal if the code is wrong or was used before. */
  const check = async (user: User, sealed: string, code: string | undefined): Promise<void> => {
    if (code === undefined) throw new SignInRefusal('totp_required', { field: 'code' })
    if (!(await store.useTotpStep(user.id, stepOf(sealed, user.id, code))))
      throw new SignInRefusal('totp_invalid', { field: 'code' })
  }

  return {
    check,
    /** Takes effect once `confirm` has received a valid code. */
    async start(user: User): Promise<{ secret: string; uri: string }> {
      const credentials = await store.readCredentials(user.id)
      if (credentials?.totpSecret) throw new SignInRefusal('totp_already_on')
      const secret = totp.newSecret()
      await store.writeCredentials(user.id, {
        totpPending: vault.seal(secret, totpBinding(user.id)),
      })
      return { secret, uri: totp.uri(secret, user.username) }
    },
    async confirm(actor: Actor, user: User, code: string): Promise<void> {
      const pending = (await store.readCredentials(user.id))?.totpPending ?? null
      if (pending === null) throw new SignInRefusal('totp_not_started')
      const totpLastStep = stepOf(pending, user.id, code)
      await change(actor, async (step, record) => {
        await step.writeCredentials(user.id, {
          totpSecret: pending,
          totpPending: null,
          totpLastStep,
        })
        await record('totp.on', `user:${user.id}`)
      })
    },
    async remove(actor: Actor, user: User): Promise<void> {
      await change(actor, async (step, record) => {
        await step.writeCredentials(user.id, {
          totpSecret: null,
          totpPending: null,
          totpLastStep: null,
        })
        await record('totp.off', `user:${user.id}`)
      })
    },
  }
}
