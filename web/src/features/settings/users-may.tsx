/** What users may do without an admin. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useMay } from '@/api/session.ts'
import { changeSettings } from '@/api/settings.ts'
import { Checkbox } from '@/ui/field.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'

export function UsersMay({ createKeys, etag }: { createKeys: boolean; etag: string }) {
  const { t } = useLingui()
  const { administer } = useMay()
  const saving = useMutation({
    mutationFn: (users_may_create_keys: boolean) => changeSettings(etag, { users_may_create_keys }),
    onSuccess: (_, allowed) =>
      showToast(
        allowed ? t`Users may create keys of their own` : t`Only admins create keys from now on`,
      ),
  })
  return (
    <div className="flex flex-col gap-2">
      <Checkbox
        checked={createKeys}
        disabled={!administer || saving.isPending}
        onChange={(allowed) => saving.mutate(allowed)}
      >
        <Trans>Users may create keys of their own</Trans>
      </Checkbox>
      <p className="text-xs text-faint">
        <Trans>
          Never wider than a key that an admin has given them. They can always revoke and rotate.
        </Trans>
      </p>
      <FormError error={saving.error} />
    </div>
  )
}
