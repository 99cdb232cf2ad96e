/** Errors in the use of a command in Chinese: commander's own, and what our parsers of arguments add to them. */

type Rule = readonly [english: RegExp, chinese: string]

/** How commander's errors begin. The text in quotation marks is the user's. */
const ERRORS: readonly Rule[] = [
  [/^error: unknown option '(.*?)'/, 'error: 未知选项“$1”'],
  [/^error: unknown command '(.*?)'/, 'error: 未知命令“$1”'],
  [/^error: missing required argument '(.*?)'/, 'error: 缺少参数“$1”'],
  [/^error: option '(.*?)' argument missing/, 'error: 选项“$1”缺少值'],
  [/^error: required option '(.*?)' not specified/, 'error: 必须给出选项“$1”'],
  [
    /^error: option '(.*?)' cannot be used with option '(.*?)'/,
    'error: 选项“$1”不能与选项“$2”同时使用',
  ],
  [
    /^error: too many arguments for '(.*?)'\. Expected (\d+) arguments? but got (\d+)\./,
    'error: “$1”的参数过多：应为 $2 个，却有 $3 个。',
  ],
  [
    /^error: too many arguments\. Expected (\d+) arguments? but got (\d+)\./,
    'error: 参数过多：应为 $1 个，却有 $2 个。',
  ],
  [/^error: option '(.*?)' argument '(.*?)' is invalid\./s, 'error: 选项“$1”的值“$2”无效。'],
  [
    /^error: command-argument value '(.*?)' is invalid for argument '(.*?)'\./s,
    'error: 参数“$2”的值“$1”无效。',
  ],
]

/** What follows an error: commander's suggestions, and the reasons that our parsers give. */
const REASONS: readonly Rule[] = [
  [/\(Did you mean one of (.*)\?\)/, '（是否想输入其中之一：$1？）'],
  [/\(Did you mean (.*)\?\)/, '（是否想输入 $1？）'],
  [/ Allowed choices are (.*)\.$/m, '可选：$1。'],
  [/ Give one or more of (.*)\.$/m, '请给出其中一个或多个：$1。'],
  [/ It must be one of (.*)\.$/m, '必须是其中之一：$1。'],
  [/ It must be MODEL=DEPLOYMENT\.$/m, '必须写成 模型=部署。'],
  [/ It must be 'NAME: VALUE'\.$/m, "必须写成 '名称: 值'。"],
  [/ It must be priority, latency or sticky\.$/m, '必须是 priority、latency 或 sticky。'],
  [/ It must be a whole number of milliseconds\.$/m, '必须是毫秒数（整数）。'],
  [/ It must be a whole number from (\d+) to (\d+)\.$/m, '必须是 $1 到 $2 的整数。'],
  [/ It must be a whole number above 0\.$/m, '必须是大于 0 的整数。'],
  [
    / It must be a whole number of tokens, 'none' or 'default'\.$/m,
    "必须是 token 数（整数）、'none' 或 'default'。",
  ],
  [/ It must be a whole number of tokens, or 'none'\.$/m, "必须是 token 数（整数）或 'none'。"],
  [/ It must be a whole number, 'none' or 'default'\.$/m, "必须是整数、'none' 或 'default'。"],
  [/ It must be a time of at most (\w+), such as (\w+)\.$/m, '必须是不超过 $1 的时长，例如 $2。'],
  [/ It must be an amount such as ([\d.]+)\.$/m, '必须是金额或比率，例如 $1。'],
  [/ It must not be empty\.$/m, '不能为空。'],
  [/ It must be a month such as ([\d-]+)\.$/m, '必须是月份，例如 $1。'],
  [
    / It must be a date such as ([\d-]+), or a time such as (.*)\.$/m,
    '必须是日期（例如 $1）或时长（例如 $2）。',
  ],
  [/ It must be the id of a key, as in: (.*)$/m, '必须是密钥的编号，见：$1'],
]

/** `text`: one error as commander writes it. Unknown errors stay English; a test finds them. */
export function usageErrorInChinese(text: string): string {
  const rule = ERRORS.find(([english]) => english.test(text))
  if (rule === undefined) return text
  const [said] = rule[0].exec(text) ?? ['']
  // The reasons are searched only after the user's own words.
  const rest = REASONS.reduce(
    (reason, [english, chinese]) => reason.replace(english, chinese),
    text.slice(said.length),
  )
  const [english, chinese] = rule
  return said.replace(english, chinese) + rest
}
