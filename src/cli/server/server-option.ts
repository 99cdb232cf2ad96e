/** `--server URL`: the command runs on another gateway, through its admin API, if it does not need this machine. */
import type { Command } from 'commander'
import { OperatorError } from '../../core/operator-error.ts'
import type { CliContext } from '../context.ts'

/** Why a command can't run elsewhere; a name covers its whole group. */
const LOCAL: Readonly<Record<string, { en: string; zh: string }>> = {
  serve: { en: 'it runs a gateway on this machine', zh: '它在本机上运行网关' },
  init: {
    en: 'it creates the store and the keys on this machine',
    zh: '它在本机上创建数据库和密钥',
  },
  backup: {
    en: 'it writes a file on the machine of the store',
    zh: '它在数据库所在的机器上写文件',
  },
  restore: {
    en: 'it replaces files on the machine of the store',
    zh: '它替换数据库所在机器上的文件',
  },
  migrate: {
    en: 'it works on the database itself, which a running gateway does not hand out',
    zh: '它直接操作数据库，而运行中的网关不会交出数据库',
  },
}

export function withServerOption(program: Command, context: CliContext): Command {
  return program
    .option(
      '--server <url>',
      'run the command on this gateway, with the admin key in GPT_PROXY_ADMIN_KEY',
    )
    .hook('preAction', (_, command) => {
      const { server } = program.opts<{ server?: string }>()
      if (server === undefined) return
      assertRunsElsewhere(pathOf(command), context)
      context.server = readServer(server, context)
    })
}

function assertRunsElsewhere([group = '', ...rest]: readonly string[], context: CliContext): void {
  const reason = LOCAL[group]
  if (reason === undefined) return
  const name = [group, ...rest].join(' ')
  if (context.language === 'zh')
    throw new OperatorError(
      'invalid',
      `gpt-proxy ${name} 不能与 --server 一起使用：${reason.zh}`,
      '请在那台机器上运行，不带 --server',
    )
  throw new OperatorError(
    'invalid',
    `gpt-proxy ${name} can't run with --server: ${reason.en}`,
    'Run it on that machine, without --server',
  )
}

/** The names from the program's down, e.g. `['user', 'create']`. */
function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

/** Without a trailing slash. */
function readServer(text: string, { language, writeError }: CliContext): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === ''
  if (!isUsable) {
    const isChinese = language === 'zh'
    throw new OperatorError(
      'invalid',
      isChinese ? `--server 的地址无效：'${text}'` : `invalid address for --server: '${text}'`,
      isChinese
        ? '请给出类似 https://gateway.example.com 的地址，不含密钥和查询参数'
        : 'Give one such as https://gateway.example.com, without a key or a query',
    )
  }
  if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    writeError(
      language === 'zh'
        ? '注意：http:// 会以明文发送管理员密钥\n'
        : 'note: over http:// the admin key is sent unencrypted\n',
    )
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}
