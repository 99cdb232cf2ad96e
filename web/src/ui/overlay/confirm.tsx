/** Asks before something is destroyed, naming the thing. */
import { useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '../button.tsx'
import { FormError } from '../states.tsx'
import { Dialog } from './dialog.tsx'

interface ConfirmProps {
  title: ReactNode
  children: ReactNode
  /** The verb on the button, such as "Revoke alice's key". */
  action: ReactNode
  run: () => Promise<unknown>
  onClose: () => void
}

export function Confirm({ title, children, action, run, onClose }: ConfirmProps) {
  const { t } = useLingui()
  const mutation = useMutation({ mutationFn: run })
  // Not once it has been closed: the answer may arrive while another dialog is open.
  const confirm = () => mutation.mutate(undefined, { onSuccess: onClose })
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={title}
      lightDismiss
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button variant="danger" busy={mutation.isPending} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div>{children}</div>
        <FormError error={mutation.error} />
      </div>
    </Dialog>
  )
}
