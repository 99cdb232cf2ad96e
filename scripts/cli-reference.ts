/**
 * Writes docs/cli.md and docs/cli.zh-CN.md from the commands themselves: `npx bun scripts/cli-reference.ts`.
 * A test holds both files equal to what this makes.
 */
import type { Command } from 'commander'
import type { CliContext } from '../src/cli/context.ts'
import { EXIT_CODE_HELP, EXIT_CODE_HELP_ZH } from '../src/cli/exit-codes.ts'
import { buildProgram } from '../src/cli/program.ts'
import type { Language } from '../src/doctor/text.ts'

const COLUMNS = 100
const FRAMES = {
  'docs/cli.md': {
    title: '# Command line',
    other: '[中文](cli.zh-CN.md)',
    opening:
      'Made from the commands themselves by `npx bun scripts/cli-reference.ts`. `bin/gpt-proxy`, or `npm run gpt-proxy --`, works with\nthe server running or stopped. Data goes to standard output, all else to standard error.\n\n`--server URL` runs a command on another gateway, through its admin API, with the key of an admin in `GPT_PROXY_ADMIN_KEY`.\nEvery command works so except `serve`, `init`, `backup`, `restore` and `migrate`, which need the machine of the store.',
    codes: '## Exit codes',
    language: 'en',
    exits: EXIT_CODE_HELP,
  },
  'docs/cli.zh-CN.md': {
    title: '# 命令行',
    other: '[English](cli.md)',
    opening:
      '由 `npx bun scripts/cli-reference.ts` 从命令本身生成。`bin/gpt-proxy` 或 `npm run gpt-proxy --` 在服务运行或停止时均可使用。\n数据写到标准输出，其余写到标准错误。\n\n`--server URL` 通过管理 API 在另一个网关上执行命令，管理员密钥取自 `GPT_PROXY_ADMIN_KEY`。除 `serve`、`init`、`backup`、\n`restore` 和 `migrate` 需要数据库所在的机器外，所有命令都可以这样使用。',
    codes: '## 退出码',
    language: 'zh',
    exits: EXIT_CODE_HELP_ZH,
  },
} as const

export const REFERENCES = Object.keys(FRAMES) as (keyof typeof FRAMES)[]

export function cliReference(path: keyof typeof FRAMES): string {
  const { title, other, opening, codes, language, exits } = FRAMES[path]
  const written: string[] = []
  const program = buildProgram(contextWriting((text) => void written.push(text), language))
  const sections = leavesOf(program, []).map(({ command, name }) => {
    written.length = 0
    command.configureHelp({ ...command.configureHelp(), helpWidth: COLUMNS }).outputHelp()
    const help = written
      .join('')
      .replace(/[ \t]+$/gm, '')
      .trim()
    return `## ${name}\n\n\`\`\`text\n${help}\n\`\`\``
  })
  const [, ...meanings] = exits.split('\n')
  const codeList = `${codes}\n\n\`\`\`text\n${meanings.join('\n')}\n\`\`\``
  return `${[title, other, opening, ...sections, codeList].join('\n\n')}\n`
}

function leavesOf(command: Command, path: readonly string[]): { command: Command; name: string }[] {
  if (command.commands.length === 0) return [{ command, name: path.join(' ') }]
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))
}

/** Help asks nothing of the gateway. */
function contextWriting(write: (text: string) => void, language: Language): CliContext {
  const refusing = () => {
    throw new Error('help needs nothing of the gateway')
  }
  return {
    version: '',
    command: 'gpt-proxy',
    config: refusing,
    settings: refusing,
    copyStore: refusing,
    importPredecessor: refusing,
    migrations: refusing,
    openAdmin: refusing,
    prepare: refusing,
    firstKeysSeen: refusing,
    serve: refusing,
    server: null,
    openNewStore: refusing,
    backup: refusing,
    restore: refusing,
    gateway: refusing,
    health: refusing,
    doctor: refusing,
    language,
    secretFromVariable: refusing,
    readInput: refusing,
    readFile: refusing,
    writeOut: write,
    writeError: write,
    isTerminal: false,
    terminalWidth: null,
    colours: false,
    showsToTerminal: false,
  }
}

if (import.meta.main) {
  for (const path of REFERENCES) await Bun.write(path, cliReference(path))
}
