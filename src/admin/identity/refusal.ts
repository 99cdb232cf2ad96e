/** The reasons why a sign-in is refused. */

export const SIGN_IN_PROBLEMS = {
  invalid_credentials: 'wrong user name or password',
  totp_required: 'a code of the second factor is needed',
  totp_invalid: 'the code is wrong, or was used before',
  too_many_attempts: 'too many attempts; wait before the next one',
  sign_in_busy: 'too many sign-ins at once; try again in a moment',
  setup_link_invalid: 'the link was used before or has expired; an admin can make a new one',
  password_weak: 'choose another password',
  totp_already_on: 'the second factor is on already',
  totp_not_started: 'begin to set up the second factor first',
  oidc_failed: 'the identity provider did not confirm the sign-in; try again',
  oidc_unavailable:
    'the identity provider cannot be reached; sign in with a password, or try later',
  oidc_no_role: 'the identity provider gives you no role here',
  oidc_unknown_user: 'no user here has your verified email address; an admin can add it to one',
  oidc_disabled: 'your user is disabled',
  oidc_name_taken: 'another user has your name; an admin can add your email address to it',
  oidc_name_unusable: 'the identity provider sent no usable user name',
} as const

export type SignInProblem = keyof typeof SIGN_IN_PROBLEMS

export class SignInRefusal extends Error {
  override readonly name = 'SignInRefusal'
  readonly code: SignInProblem
  readonly field: string | null
  /** For `too_many_attempts` and `sign_in_busy`: when to retry. */
  readonly waitMs: number

  constructor(
    code: SignInProblem,
    { field, detail = '', waitMs = 0 }: { field?: string; detail?: string; waitMs?: number } = {},
  ) {
    super(detail === '' ? SIGN_IN_PROBLEMS[code] : `${SIGN_IN_PROBLEMS[code]}: ${detail}`)
    this.code = code
    this.field = field ?? null
    this.waitMs = waitMs
  }
}
