/** The fields of a user, as a draft that knows what was changed. */
import { useLingui } from '@lingui/react/macro'
import { ApiError } from '@/api/errors.ts'
import type { Role } from '@/api/session.ts'
import type { NewUser, User, UserChange } from '@/api/users.ts'
import { Field, Select, TextInput } from '@/ui/field.tsx'
import { type LimitDraft, LimitField, limitDraft, limitValue } from '@/ui/limit-field.tsx'
import { useRoleNames } from '@/ui/words/role-names.ts'

export interface UserDraft {
  username: string
  email: string
  role: Role
  quota: LimitDraft
  /** Requests at a time. */
  inFlight: LimitDraft
}

export const emptyUser: UserDraft = {
  username: '',
  email: '',
  role: 'user',
  quota: limitDraft(null),
  inFlight: limitDraft(null),
}

export const userDraft = (user: User): UserDraft => ({
  username: user.username,
  email: user.email ?? '',
  role: user.role,
  quota: limitDraft(user.monthly_quota_tokens),
  inFlight: limitDraft(user.max_in_flight),
})

type UserValues = Required<Omit<NewUser, 'username'>>

/** Undefined where a field is not filled in rightly. */
export function userValues(draft: UserDraft): UserValues | undefined {
  const quota = limitValue(draft.quota)
  const inFlight = limitValue(draft.inFlight)
  if (quota === undefined || inFlight === undefined) return undefined
  return {
    email: draft.email.trim() || null,
    role: draft.role,
    monthly_quota_tokens: quota,
    max_in_flight: inFlight,
  }
}

/** Only what differs: a field that was not touched is not sent, a cleared one is cleared. */
export function userChange(before: User, draft: UserDraft): UserChange | undefined {
  const values = userValues(draft)
  const old = userValues(userDraft(before))
  if (values === undefined || old === undefined) return undefined
  const changed = Object.entries(values).filter(
    ([field, value]) => value !== old[field as keyof UserValues],
  )
  return Object.fromEntries(changed)
}

interface UserFieldsProps {
  draft: UserDraft
  onChange: (draft: UserDraft) => void
  error: unknown
  /** Names are given once: usage is recorded under them. */
  fixedName?: boolean
}

export function UserFields({ draft, onChange, error, fixedName = false }: UserFieldsProps) {
  const { t } = useLingui()
  const roleNames = useRoleNames()
  const set = (part: Partial<UserDraft>) => onChange({ ...draft, ...part })
  const problem = (field: string) =>
    error instanceof ApiError ? error.fieldMessage(field) : undefined
  const roleHints: Record<Role, string> = {
    admin: t`Can view and change everything.`,
    viewer: t`Can view everything but change nothing.`,
    user: t`Manages their own keys and sees their own usage only.`,
  }
  return (
    <>
      {!fixedName && (
        <Field label={t`Name`} error={problem('username')}>
          <TextInput
            required
            maxLength={64}
            spellCheck={false}
            value={draft.username}
            onChange={(event) => set({ username: event.target.value })}
          />
        </Field>
      )}
      <Field label={t`E-mail (optional)`} error={problem('email')}>
        <TextInput
          type="email"
          maxLength={254}
          value={draft.email}
          onChange={(event) => set({ email: event.target.value })}
        />
      </Field>
      <Field label={t`Role`} hint={roleHints[draft.role]} error={problem('role')}>
        <Select value={draft.role} onChange={(event) => set({ role: event.target.value as Role })}>
          {(['user', 'viewer', 'admin'] as const).map((role) => (
            <option key={role} value={role}>
              {roleNames[role]}
            </option>
          ))}
        </Select>
      </Field>
      <LimitField
        label={t`Monthly quota`}
        unit={t`Tokens per month`}
        draft={draft.quota}
        onChange={(quota) => set({ quota })}
        error={problem('monthly_quota_tokens')}
      />
      <LimitField
        label={t`Requests at a time`}
        unit={t`Requests`}
        draft={draft.inFlight}
        onChange={(inFlight) => set({ inFlight })}
        error={problem('max_in_flight')}
      />
    </>
  )
}
