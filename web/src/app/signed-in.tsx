/** Lets only those in who are signed in, and asks again over the open page when a session has ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { whenSessionEnds } from '@/api/client.ts'
import { ApiError } from '@/api/errors.ts'
import { identityQuery, surroundingsQuery } from '@/api/session.ts'
import { SetUpPage } from '@/features/session/set-up-page.tsx'
import { SignInDialog, SignInPage } from '@/features/session/sign-in-page.tsx'
import { Failed, SkeletonRows } from '@/ui/states.tsx'
import { Shell } from './shell.tsx'

function setupToken(): string | null {
  return /^#setup=(.+)$/.exec(location.hash)?.[1] ?? null
}

export function SignedIn() {
  const [token, setToken] = useState(setupToken)
  useEffect(() => {
    const read = () => setToken(setupToken())
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  if (token === null) return <Gate />
  const done = () => {
    // The link works once: out of the address and the history with it.
    history.replaceState(history.state, '', location.pathname + location.search)
    setToken(null)
  }
  return <SetUpPage token={token} onDone={done} />
}

function Gate() {
  const client = useQueryClient()
  const identity = useQuery(identityQuery)
  const [ended, setEnded] = useState(false)
  useEffect(() => whenSessionEnds(() => setEnded(true)), [])

  if (identity.data === undefined) {
    if (identity.error instanceof ApiError && identity.error.status === 401)
      return <SignInPage onDone={() => setEnded(false)} />
    if (identity.error)
      return <Failed error={identity.error} retry={() => void identity.refetch()} />
    return <SkeletonRows />
  }
  const back = () => {
    setEnded(false)
    void client.invalidateQueries()
  }
  return (
    <>
      <Surroundings key={identity.data.user_id} />
      {ended && <SignInDialog username={identity.data.username} onDone={back} />}
    </>
  )
}

/** Pages wait for the time zone and the clock: nothing is shown in a wrong one first. */
function Surroundings() {
  const surroundings = useQuery(surroundingsQuery)
  if (surroundings.data === undefined && !surroundings.error) return <SkeletonRows />
  return (
    <Shell>
      <Suspense fallback={<SkeletonRows />}>
        <Outlet />
      </Suspense>
    </Shell>
  )
}
