/** Pages for an address that leads nowhere and for a page that broke. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { Button } from '@/ui/button.tsx'
import { SearchIcon } from '@/ui/icons.ts'
import { Empty, Failed } from '@/ui/states.tsx'

export function PageMissing() {
  const { t } = useLingui()
  return (
    <main className="mx-auto max-w-xl py-16">
      <Empty
        icon={SearchIcon}
        title={t`Page not found`}
        action={
          <Button asChild>
            <Link to="/">
              <Trans>Go to the overview</Trans>
            </Link>
          </Button>
        }
      >
        <Trans>The address may be mistyped or from an older version. ⌘K finds every page.</Trans>
      </Empty>
    </main>
  )
}

export function PageFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <div className="mx-auto max-w-xl py-16">
      <Failed error={error} retry={reset} />
    </div>
  )
}
