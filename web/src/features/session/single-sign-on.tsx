/** The way in by an identity provider, and why it failed the last time. */
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { GATEWAY_URL } from '@/lib/addresses.ts'
import { Button } from '@/ui/button.tsx'

interface Provider {
  name: string
  start: string
  available: boolean
}

/** The gateway sends the browser back with a code; it is read before the router tidies the address. */
const REASON = new URLSearchParams(location.search).get('sign_in_error')

export function SingleSignOn({ provider }: { provider: Provider }) {
  return (
    <>
      {REASON !== null && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">
          {reasonOf(REASON)}
        </p>
      )}
      <Button asChild>
        <a href={`${GATEWAY_URL}${provider.start}?return_to=${encodeURIComponent(location.href)}`}>
          <Trans>Sign in with {provider.name}</Trans>
        </a>
      </Button>
      {!provider.available && (
        <p className="text-xs text-faint">
          <Trans>{provider.name} could not be reached a moment ago.</Trans>
        </p>
      )}
    </>
  )
}

function reasonOf(code: string): ReactNode {
  switch (code) {
    case 'oidc_unavailable':
      return <Trans>The identity provider cannot be reached. Try again later.</Trans>
    case 'oidc_no_role':
      return <Trans>The identity provider gives you no role here. Ask an admin.</Trans>
    case 'oidc_unknown_user':
      return (
        <Trans>No user here has your verified email address. An admin can add it to yours.</Trans>
      )
    case 'oidc_name_taken':
    case 'oidc_name_unusable':
      return (
        <Trans>
          No user can be created with your name. An admin can add your email address to a user.
        </Trans>
      )
    case 'oidc_disabled':
      return <Trans>Your user is disabled. Ask an admin.</Trans>
    default:
      return <Trans>The identity provider did not confirm the sign-in. Try again.</Trans>
  }
}
