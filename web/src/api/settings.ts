/** How the gateway is set up, and one's own sessions, password and second factor. */
import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type Setting = Schemas['Setting']

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => unwrapVersioned(api.GET('/settings', { signal })),
})

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => unwrap(api.GET('/sessions', { signal })),
})

interface SettingsChange {
  /** Null is the server's. */
  time_zone?: string | null
  users_may_create_keys?: boolean
}

export async function changeSettings(etag: string, body: SettingsChange): Promise<unknown> {
  try {
    return await unwrap(api.PATCH('/settings', { params: { header: { 'if-match': etag } }, body }))
  } finally {
    await queryClient.invalidateQueries({ queryKey: ['settings'] })
    await queryClient.invalidateQueries({ queryKey: ['surroundings'] })
  }
}

export async function endSession(id: number): Promise<unknown> {
  try {
    return await unwrap(api.DELETE('/sessions/{id}', { params: { path: { id } } }))
  } finally {
    void queryClient.invalidateQueries({ queryKey: ['sessions'] })
  }
}

export const changePassword = (current: string, password: string) =>
  unwrap(api.POST('/session/password', { body: { current, password } }))

export const beginSecondFactor = (password: string) =>
  unwrap(api.POST('/session/totp', { body: { password } }))

export async function confirmSecondFactor(code: string): Promise<unknown> {
  const done = await unwrap(api.POST('/session/totp/confirm', { body: { code } }))
  await queryClient.invalidateQueries({ queryKey: ['identity'] })
  return done
}

export async function removeSecondFactor(password: string, code: string): Promise<unknown> {
  const done = await unwrap(api.POST('/session/totp/remove', { body: { password, code } }))
  await queryClient.invalidateQueries({ queryKey: ['identity'] })
  return done
}
