/** The meaning of the exit codes. README.md lists the same. */
import type { OperatorErrorKind } from '../core/operator-error.ts'

export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  notFound: 4,
  store: 5,
} as const

export const EXIT_CODE_OF_KIND: Readonly<Record<OperatorErrorKind, number>> = {
  failed: EXIT_CODES.failed,
  conflict: EXIT_CODES.failed,
  invalid: EXIT_CODES.usage,
  not_found: EXIT_CODES.notFound,
  configuration: EXIT_CODES.configuration,
  store: EXIT_CODES.store,
}

export const EXIT_CODE_HELP = `Exit codes:
  0  done
  1  the operation failed
  2  wrong usage
  3  invalid configuration or environment
  4  what was named does not exist
  5  the store or the encryption key is the problem`

export const EXIT_CODE_HELP_ZH = `退出码：
  0  成功
  1  操作失败
  2  用法错误
  3  配置或环境变量无效
  4  指定的对象不存在
  5  数据库或加密密钥有问题`
