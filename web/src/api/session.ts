/** Who is signed in, and how to sign in and out. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { syncClock } from '@/lib/clock.ts'
import { setFormat } from '@/lib/format.ts'
import { api, type Schemas, unwrap } from './client.ts'
import { queryClient } from './query-client.ts'

export type Identity = Schemas['Identity']
export type Role = Identity['role']

export const identityQuery = queryOptions({
  queryKey: ['identity'],
  queryFn: async ({ signal }) => meet(await unwrap(api.GET('/session', { signal }))),
  staleTime: 60_000,
})

/** Its hint is in the language of the page. */
export const signInOptionsQuery = (language: string) =>
  queryOptions({
    queryKey: ['sign-in-options', language],
    queryFn: ({ signal }) => unwrap(api.GET('/session/options', { signal })),
    staleTime: 0,
    placeholderData: keepPreviousData,
  })

export const surroundingsQuery = queryOptions({
  queryKey: ['surroundings'],
  queryFn: async ({ signal }) => {
    const surroundings = await unwrap(api.GET('/surroundings', { signal }))
    syncClock(surroundings.now)
    setFormat({ timeZone: surroundings.time_zone })
    return surroundings
  },
  staleTime: 300_000,
})

/** Only for pages behind the sign-in: there is an identity there. */
export function useIdentity(): Identity {
  const { data } = useQuery(identityQuery)
  if (data === undefined) throw new Error('nobody is signed in')
  return data
}

/** The public base address that programs use, for snippets. */
export function usePublicUrl(): string {
  return useQuery(surroundingsQuery).data?.public_url.replace(/\/$/, '') ?? ''
}

interface Rights {
  administer: boolean
  seeAll: boolean
  createKeys: boolean
  /** Send requests from the playground. */
  tryModels: boolean
}

export function useMay(): Rights {
  const { role } = useIdentity()
  const surroundings = useQuery(surroundingsQuery).data
  return {
    administer: role === 'admin',
    seeAll: role !== 'user',
    tryModels: role !== 'viewer',
    createKeys: role === 'admin' || (role === 'user' && (surroundings?.may_create_keys ?? false)),
  }
}

export interface Credentials {
  username: string
  password: string
  code?: string
}

export async function signIn(credentials: Credentials): Promise<Identity> {
  return welcome(await unwrap(api.POST('/session', { body: credentials })))
}

export async function setUp(token: string, password: string): Promise<Identity> {
  return welcome(await unwrap(api.POST('/session/setup', { body: { token, password } })))
}

function welcome(identity: Identity): Identity {
  return queryClient.setQueryData(identityQuery.queryKey, meet(identity)) ?? identity
}

/** If another person has signed in, here or in another tab, nothing that the one before could see stays. */
function meet(identity: Identity): Identity {
  const before = queryClient.getQueryData<Identity>(['identity'])
  if (before !== undefined && before.user_id !== identity.user_id)
    void queryClient.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'identity' })
  return identity
}

export async function signOut(): Promise<void> {
  await unwrap(api.DELETE('/session'))
  queryClient.clear()
}
