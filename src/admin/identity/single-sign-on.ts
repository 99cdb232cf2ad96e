/** Signing in as the user whom an OpenID provider names. */
import { type ProviderIdentity, type RoleMapping, roleFor } from '../../access/single-sign-on.ts'
import type { User, UserRole } from '../../core/entities.ts'
import type { RecordChange } from '../changes.ts'
import { isUsableName } from '../checks.ts'
import { userView } from '../contract.ts'
import type { AdminStore } from '../store.ts'
import type { IdentityParts, SignInOrigin } from './parts.ts'
import { type SignInProblem, SignInRefusal } from './refusal.ts'
import type { Authentication, SignedIn } from './sessions.ts'

type Begin = (user: User, origin: SignInOrigin, by: Authentication) => Promise<SignedIn>

/** A change that is made although the sign-in is refused: a role that was taken away. */
type Outcome = { user: User } | { refusal: SignInProblem }

interface Step {
  store: AdminStore
  record: RecordChange
}

export function createSingleSignOn({ change }: IdentityParts, begin: Begin) {
  return async (
    identity: ProviderIdentity,
    roles: RoleMapping,
    origin: SignInOrigin,
  ): Promise<SignedIn> => {
    const role = roleFor(roles, identity.groups)
    const actor = { name: 'oidc', address: origin.address }
    const outcome = await change(actor, async (store, record) => {
      const step = { store, record }
      const known = await findUser(step, identity)
      if (known !== null) return welcome(step, known, role)
      if (role === null) return { refusal: 'oidc_no_role' } as const
      if (role === 'keep') return { refusal: 'oidc_unknown_user' } as const
      return create(step, identity, role)
    })
    if ('refusal' in outcome) throw new SignInRefusal(outcome.refusal)
    return begin(outcome.user, origin, { how: 'oidc', passwordHash: null })
  }
}

/** Linked before, or the one user who has this verified address and no other account at the provider. */
async function findUser({ store, record }: Step, identity: ProviderIdentity): Promise<User | null> {
  const { issuer, subject, email } = identity
  const linked = await store.findLinkedUser(issuer, subject)
  if (linked !== null || email === null) return linked
  const wanted = email.toLowerCase()
  const { items } = await store.listUsers({ search: email })
  const [user, another] = items.filter((each) => each.email?.toLowerCase() === wanted)
  if (user === undefined || another !== undefined) return null
  // Addresses are given to other people: a link is not.
  if (await store.isLinked(user.id, issuer)) return null
  await store.linkUser(issuer, subject, user.id)
  await record('oidc.link', `user:${user.id}`, { after: { issuer, subject, by: 'email' } })
  return user
}

async function welcome(step: Step, user: User, role: UserRole | 'keep' | null): Promise<Outcome> {
  if (user.status !== 'active') return { refusal: 'oidc_disabled' }
  if (role === 'keep') return { user }
  if (role !== null) return { user: await withRole(step, user, role) }
  // The provider has taken the role away: no rights stay, and no session.
  await withRole(step, user, 'user')
  await step.store.deleteSessions(user.id, null)
  return { refusal: 'oidc_no_role' }
}

async function withRole({ store, record }: Step, user: User, role: UserRole): Promise<User> {
  if (user.role === role) return user
  // Without an active admin, no user could manage the gateway any more.
  if (user.role === 'admin' && (await store.countActiveAdmins()) < 2) return user
  const changed = await store.updateUser(user.id, { role })
  if (changed === null) return user
  const [before, after] = [userView(user), userView(changed)]
  await record('user.update', `user:${user.id}`, { before, after })
  return changed
}

async function create(
  { store, record }: Step,
  { issuer, subject, email, username }: ProviderIdentity,
  role: UserRole,
): Promise<Outcome> {
  const names = [username, email?.split('@')[0] ?? null, subject]
  const name = names.find((each): each is string => each !== null && isUsableName(each))
  if (name === undefined) return { refusal: 'oidc_name_unusable' }
  if ((await store.findUser(name)) !== null) return { refusal: 'oidc_name_taken' }
  const user = await store.createUser({ username: name, email, role, monthlyQuotaTokens: null })
  await store.linkUser(issuer, subject, user.id)
  await record('user.create', `user:${user.id}`, { after: userView(user) })
  await record('oidc.link', `user:${user.id}`, { after: { issuer, subject, by: 'creation' } })
  return { user }
}
