/** The help in Chinese for the commands of users, keys, quotas and prices. */
export const USERS = {
  'users who hold proxy keys': '持有代理密钥的用户',
  'create a user; then create a key with: gpt-proxy key create':
    '创建用户；随后用 gpt-proxy key create 创建密钥',
  'email address, shown to other operators': '邮箱，便于辨认用户',
  'an admin manages the gateway, a viewer can only read': 'admin 可管理网关，viewer 只能查看',
  "tokens per month, or 'none'; default: DEFAULT_MONTHLY_QUOTA_TOKENS":
    "每月 token 数，或 'none'（不限）；默认为 DEFAULT_MONTHLY_QUOTA_TOKENS",
  'all users': '列出所有用户',
  'change a user, given by name or id': '修改用户（名字或编号）',
  'enable a disabled user': '重新启用已停用的用户',
  'new name; keys, quota and records stay with the user':
    '给用户改名；密钥、配额和用量记录保持不变',
  'disable a user; all keys are refused within a second': '停用用户，一秒内拒绝其所有密钥',
  'permanently delete a user and all their keys; the usage records stay, under the id':
    '永久删除用户及其所有密钥；用量记录按编号保留',
  'confirm; without it, nothing is deleted': '确认删除；不加则不会删除',
  'set the password for the console, given on standard input; ends all sessions':
    '从标准输入读取并设置控制台密码；会结束该用户的所有会话',
  'a user, by name or id': '用户（名字或编号）',
}

export const KEYS = {
  'proxy keys that clients send': '客户端使用的代理密钥',
  'only active keys that expire within this many days': '仅列出将在指定天数内到期的有效密钥',
  'only keys that were not used for this many days': '仅列出在指定天数内未使用过的密钥',
  'create a key for a user; it is shown once': '为用户创建密钥；只显示一次',
  'name of the key, e.g. its purpose': '用途说明',
  'allow only this model; a trailing * matches any suffix (repeatable)':
    '只允许该模型；末尾的 * 匹配任意后缀（可重复）',
  "requests per minute; 'none' for no limit, or 'default'":
    "每分钟请求数；'none' 表示不限，或 'default'",
  "tokens per minute; 'none' for no limit, or 'default'":
    "每分钟 token 数；'none' 表示不限，或 'default'",
  'all keys, or those of one user': '列出所有密钥，或某个用户的密钥',
  'one key: when it was last used, and why it is or was refused':
    '显示一个密钥、上次使用时间，以及被拒绝的原因',
  'change a key, given by id or prefix': '修改密钥（编号或前缀）',
  'allow only these models; a trailing * matches any suffix (repeatable)':
    '只允许这些模型；末尾的 * 匹配任意后缀（可重复）',
  'allow all models': '允许所有模型',
  "expiry: a date, a duration, e.g. 30d, or 'never'":
    "失效时间：日期、时长（例如 30d）或 'never'（永不失效）",
  'change the limits of a key, given by id or prefix': '修改密钥的限制（编号或前缀）',
  "concurrent requests over all instances; 'none' for no limit, or 'default'":
    "同时进行的请求数，所有实例合计；'none' 表示不限，或 'default'",
  '0 to 100; if requests have to wait, higher ones go first':
    '0 到 100；请求需要排队时，数值大的先处理',
  "a tag for conditions of models (repeatable); 'none' clears":
    "供模型条件使用的标签（可重复）；'none' 清除",
  'revoke a key, given by id or prefix, within a second': '吊销密钥（编号或前缀），一秒内生效',
  'create a new key with the same rights; the old one is revoked immediately, or after --grace':
    '创建权限相同的新密钥；旧密钥立即失效，或在 --grace 之后失效',
  'how long the old key stays valid, e.g. 24h': '旧密钥继续有效的时长，例如 24h',
}

export const QUOTAS_AND_PRICES = {
  'monthly token quotas of users': '用户的每月 token 配额',
  'quota, usage and leases of the month, for one user or all':
    '显示一个或所有用户本月的配额、用量和预留',
  'a month, e.g. 2027-01; default: this month (UTC)': '月份，例如 2027-01；默认本月（UTC）',
  "set a user's monthly quota; takes effect immediately on a running gateway":
    '设置用户的每月配额；运行中的网关立即生效',
  "tokens per month, 'none' or 'default'": "每月 token 数、'none'（不限）或 'default'",
  "reset a user's usage of the month to zero; the records stay": '把用户本月用量清零；用量记录保留',
  'check monthly totals against usage records, and find abandoned leases':
    '核对某月汇总与用量记录，并查找遗留的预留',
  'recompute all totals of the month from the records, and drop abandoned leases':
    '按用量记录修正该月汇总，并清除遗留的预留',
  'your own model prices': '自定义的模型价格',
  'your own prices, in USD per million tokens': '列出自定义价格，单位为美元每百万 token',
  'set your own price for a model, in USD per million tokens; overrides the published one':
    '设置模型的自定义价格（美元每百万 token），优先于公布的价格',
  'for input tokens': '输入价格',
  'for output tokens': '输出价格',
  'for cached input tokens; default: same as --input': '缓存命中的输入价格；默认同 --input',
  'for reasoning tokens; default: same as --output': '推理价格；默认同 --output',
  'for audio input tokens; default: same as --input': '音频输入价格；默认同 --input',
  'for audio output tokens; default: same as --output': '音频输出价格；默认同 --output',
  'set many prices from standard input: CSV with a header (model, input, output, cached, reasoning, audio_input, audio_output), per million tokens each; all lines or none':
    '从标准输入批量设置价格：带表头的 CSV（model, input, output, cached, reasoning, audio_input, audio_output），单位为每百万 token；要么全部导入，要么都不导入',
  'currency of the file': '文件中价格的货币',
  'for CNY: yuan per US dollar, e.g. 7.1': '用于 CNY：1 美元合多少元，例如 7.1',
  'remove your own price; the published one applies again': '恢复使用模型公布的价格',
}
