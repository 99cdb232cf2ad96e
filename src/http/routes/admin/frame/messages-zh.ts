/** What the admin API says when it refuses, in Chinese. */
import { z } from '@hono/zod-openapi'
import { ZH_ERRORS } from '../../../../admin/errors-zh.ts'
import { SIGN_IN_PROBLEMS, type SignInProblem } from '../../../../admin/identity/refusal.ts'
import type { OperatorError } from '../../../../core/operator-error.ts'
import { API_ERRORS, type ApiErrorCode } from './api-error.ts'

const API: Readonly<Record<ApiErrorCode, string>> = {
  not_signed_in: '请登录，或使用管理员的密钥',
  role_not_allowed: '您的角色不允许此操作',
  origin_not_allowed: '会话的修改必须来自控制台本身',
  not_found: '它不存在，或者不属于您',
  version_conflict: '期间另一位用户修改了它',
  invalid_input: '请求无效',
  too_many_streams: '打开的实时视图过多，请关闭一些',
  locked: '它由环境变量或文件设定，只能在那里修改',
}

const SIGN_IN: Readonly<Record<SignInProblem, string>> = {
  invalid_credentials: '用户名或密码错误',
  totp_required: '需要第二因素的验证码',
  totp_invalid: '验证码错误，或已使用过',
  too_many_attempts: '尝试次数过多，请稍候再试',
  sign_in_busy: '同时登录的人过多，请稍后再试',
  setup_link_invalid: '链接已使用过或已过期，管理员可以生成新的链接',
  password_weak: '请换一个密码',
  totp_already_on: '第二因素已经开启',
  totp_not_started: '请先开始设置第二因素',
  oidc_failed: '身份提供方未确认登录，请重试',
  oidc_unavailable: '无法连接身份提供方，请用密码登录或稍后再试',
  oidc_no_role: '身份提供方没有给您这里的角色',
  oidc_unknown_user: '没有用户使用您已验证的邮箱地址，管理员可以为用户添加它',
  oidc_disabled: '您的账户已停用',
  oidc_name_taken: '另一个用户使用了您的名字，管理员可以为其添加您的邮箱地址',
  oidc_name_unusable: '身份提供方没有给出可用的用户名',
}

/** The error's own message if it has no translation, such as one of a lost database. */
export function operatorMessage({ code, message, values }: OperatorError): string {
  if (code === null || !Object.hasOwn(ZH_ERRORS, code)) return message
  return ZH_ERRORS[code as keyof typeof ZH_ERRORS](values).message
}

/** A message that says more than the code does keeps its words. */
export function apiMessage(code: ApiErrorCode, message: string): string {
  return message === API_ERRORS[code][1] ? API[code] : message
}

/** With the detail that follows the general text, if there is one. */
export function signInMessage(code: SignInProblem, message: string): string {
  const general = SIGN_IN_PROBLEMS[code]
  return message.startsWith(general) ? SIGN_IN[code] + message.slice(general.length) : message
}

const { localeError } = z.locales.zhCN()

/** Why a field is not as the schema wants it. */
export function fieldMessage(issue: z.core.$ZodIssue): string {
  const said = localeError(issue as Parameters<typeof localeError>[0])
  return (typeof said === 'string' ? said : said?.message) ?? issue.message
}
