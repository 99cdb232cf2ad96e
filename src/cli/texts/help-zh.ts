/** The help in Chinese: each description of a command, option or argument by its English text. */
import { CHECK_IDS } from '../../core/check-ids.ts'
import { PRESET_NAMES } from '../../core/providers/presets.ts'
import { KEY_PROVIDERS } from '../../core/providers/providers.ts'
import { KEYS, QUOTAS_AND_PRICES, USERS } from './help-zh-accounts.ts'

const PROGRAM = {
  'One OpenAI-compatible address in front of all your model keys.':
    '一个兼容 OpenAI 的地址，统一代理您的所有模型密钥。',
  'the version of this program': '显示程序版本',
  'run the command on this gateway, with the admin key in GPT_PROXY_ADMIN_KEY':
    '在该网关上执行命令，管理员密钥取自 GPT_PROXY_ADMIN_KEY',
  'start the gateway': '启动网关',
  'ask the running gateway whether it accepts requests; exit code 1 if it does not':
    '询问运行中的网关是否接受请求；不接受时退出码为 1',
  'write JSON, for programs': '输出 JSON，供程序使用',
  'all columns, including those that do not fit the terminal': '显示所有列，包括终端放不下的列',
  'create the store, the encryption key and the first users, without serving':
    '创建数据库、加密密钥和首批用户，但不启动服务',
  'send a prompt to a model; the prompt is given as arguments or on standard input':
    '向模型提问；问题来自参数或标准输入',
  'system instructions, sent before the prompt': '放在问题之前的系统指令',
  'print a one-time link for a user to set a console password':
    '生成一次性链接，供用户设置控制台密码',
  'the user, by name or id': '为哪个用户生成',
  'copy the embedded store into a file, with the server running or stopped':
    '把内置数据库备份到文件，服务运行或停止时均可',
  'also copy the encryption key, to FILE.encryption.key': '同时备份加密密钥到 FILE.encryption.key',
  'replace the embedded store with a backup, with the server stopped':
    '用备份替换内置数据库，须先停止服务',
  'also restore the encryption key, from FILE.encryption.key':
    '同时从 FILE.encryption.key 恢复加密密钥',
  'even if the encryption key decrypts none of its upstream keys':
    '即使加密密钥无法解密其中任何上游密钥也恢复',
  'the configuration': '配置',
  'every variable with its value and source; secrets are masked':
    '列出每个变量的值及其来源；机密内容会被遮盖',
  'only those that are set': '只列出已设置的变量',
  "the store's schema": '数据库结构',
  'upgrade the store to the newest schema': '把数据库升级到最新结构',
  'list applied and pending migrations': '列出已执行和待执行的数据库迁移',
  'copy the embedded store in DATA_DIR to the PostgreSQL of DATABASE_URL, with the server stopped; can be repeated':
    '把 DATA_DIR 中的内置数据库复制到 DATABASE_URL 指定的 PostgreSQL，须先停止服务；可重复执行',
  "take over users, keys and usage from the predecessor's database (FastAPI and SQLAlchemy): all or nothing; can be repeated":
    '从旧系统（FastAPI 与 SQLAlchemy）的数据库接管用户、密钥和用量；要么全部导入，要么都不导入；可重复执行',
  'its SQLite file or PostgreSQL URL; otherwise GPT_PROXY_OLD_DATABASE':
    '旧系统的 SQLite 文件或 PostgreSQL 地址；默认读取 GPT_PROXY_OLD_DATABASE',
  'its ENCRYPTION_KEY, or its .env file; otherwise GPT_PROXY_OLD_ENCRYPTION_KEY':
    '含其 ENCRYPTION_KEY 的文件，或其 .env 文件；默认读取 GPT_PROXY_OLD_ENCRYPTION_KEY',
  'leave out rows that cannot be imported instead of importing nothing':
    '略去无法导入的行，而不是什么都不导入',
  'the key that encrypts stored secrets': '用来加密已存密文的加密密钥',
  "which encryption key decrypts which stored secret; exit code 5 if one can't be decrypted":
    '列出各加密密钥能解密哪些已存密文；有密文无法解密时退出码为 5',
  'encrypt all stored secrets with a new key, while serving; with ENCRYPTION_KEY, with the active one':
    '在服务运行时用新密钥重新加密所有已存密文（上游密钥和第二因素）；设置了 ENCRYPTION_KEY 时使用当前密钥',
  'display help for command': '显示命令的帮助',
}

const DOCTOR = {
  'diagnose problems and print the commands that fix them; exit code 1 on a failure':
    '找出问题、原因以及可直接粘贴的修复命令；发现故障时退出码为 1',
  'language of the report; default: from LANG': '输出语言；默认由 LANG 决定',
  [`with commas: ${CHECK_IDS.join(', ')}`]: `只做这些检查，用逗号分隔：${CHECK_IDS.join(', ')}`,
  'QUO-1: replay the quota decision for this user': 'QUO-1：重新推演该用户的配额判定',
  'QUO-1: explain the decision on this request': 'QUO-1：对该请求做出的判定',
  'QUO-1: tokens that a request would reserve': 'QUO-1：假定请求需要的 token 数',
  'UPS-1: check that a key serves this model': 'UPS-1：是否有密钥支持该模型',
  'repeat every so many seconds; default: 30': '反复检查，默认每 30 秒一次',
}

const REPORTS = {
  'totals of requests, tokens, images and other units, and costs; days are in UTC':
    '汇总请求数、token 数、图片等其他计量单位和费用；日期按 UTC 计算',
  'group by, separated by commas: user, key, model, upstream, day, month (default: user)':
    '汇总维度，多个用逗号分隔：user, key, model, upstream, day, month（默认：user）',
  'first day, or a duration before now, e.g. 7d': '起始日期，或距今时长，例如 7d',
  'last day, inclusive': '截止日期（含当天）',
  'a month, e.g. 2027-01': '月份，例如 2027-01',
  'same as --from': '同 --from',
  'end time, exclusive': '截止时刻（不含）',
  'only this user, by name or id': '只看该用户（名字或编号）',
  'only this proxy key': '只看该代理密钥',
  'only this model, by its public name': '只看该模型（客户端使用的名字）',
  'only this upstream key': '只看该上游密钥',
  'write CSV, for spreadsheets': '输出 CSV，供电子表格使用',
  'who changed what, newest first': '谁改了什么，最新的在前',
  'only changes by this actor, e.g. cli or user:3': '只看该操作者，例如 cli 或 user:3',
  "only this action, e.g. key.create, or a prefix: 'key.'":
    "只看该操作，例如 key.create，或一类操作：'key.'",
  'only this target, e.g. user:3, key:7 or upstream:2':
    '只看该对象，例如 user:3、key:7 或 upstream:2',
  'start: a date (UTC), or a duration before now, e.g. 7d':
    '起始时间：日期（UTC），或距今时长，例如 7d',
  'maximum number of rows, up to 500': '最多显示的条数，不超过 500',
}

const UPSTREAMS = {
  'provider API keys': '模型服务商的 API 密钥（上游密钥）',
  'add one key, given on standard input or in GPT_PROXY_UPSTREAM_KEY':
    '添加一个密钥，从标准输入或 GPT_PROXY_UPSTREAM_KEY 读取',
  [`who it is from: ${KEY_PROVIDERS.join(', ')}, or a vendor that speaks OpenAI's language: ${PRESET_NAMES.join(', ')}`]: `服务商：${KEY_PROVIDERS.join(', ')}，或兼容 OpenAI 的厂商：${PRESET_NAMES.join(', ')}`,
  'base URL; default for openai: https://api.openai.com/v1':
    '服务地址；openai 默认为 https://api.openai.com/v1',
  'serve only this model; a trailing * matches any suffix (repeatable)':
    '只用于该模型；末尾的 * 匹配任意后缀（可重复）',
  "the model's name at the upstream (repeatable)": '模型在该上游的部署名（可重复）',
  'azure only, e.g. 2024-10-21': '仅用于 azure，例如 2024-10-21',
  'share of the requests, relative to the other keys': '与其他密钥相比承担的请求份额',
  'add keys from the variables, or one per line from standard input; known keys are skipped':
    '从环境变量导入密钥，或从标准输入每行导入一个；已有的保持不变',
  'read standard input even if variables are set': '即使设置了环境变量也从标准输入读取',
  'all upstream keys and their states': '列出所有上游密钥及其状态',
  'change a key, given by name or id; it keeps its history and takes effect immediately':
    '修改密钥（名字或编号）；保留历史，立即生效',
  'new name': '新名字',
  'new base URL; the key will be sent there': '新地址；密钥会发送到该地址',
  'serve only these models (repeatable; replaces the list)': '只用于这些模型（可重复；替换原列表）',
  'serve any model': '用于任何模型',
  'sent with every request to it (repeatable)': '每个请求都会带上的请求头（可重复）',
  'sent with every request to it (repeatable; replaces all)':
    '每个请求都会带上的请求头（可重复；替换原有的全部）',
  'no fixed headers any more': '不再使用固定请求头',
  "the model's name at the upstream (repeatable; replaces the list)":
    '模型在该上游的部署名（可重复；替换原列表）',
  'new key, from standard input or GPT_PROXY_UPSTREAM_KEY':
    '新密钥，从标准输入或 GPT_PROXY_UPSTREAM_KEY 读取',
  'test one key or all keys at their upstreams; exit code 1 if one fails':
    '在上游测试一个或所有密钥；有失败时退出码为 1',
  'reset to healthy: clears failures and cooldown': '恢复为健康状态：清除失败记录和冷却',
  'concurrent requests over all instances; 0 for no limit':
    '同时进行的请求数，所有实例合计；0 表示不限',
  "a tag for targets of models (repeatable); 'none' clears":
    "供模型目标使用的标签（可重复）；'none' 清除",
  'enable a disabled key': '重新启用已停用的密钥',
  'disable a key temporarily': '暂时停用密钥',
  'delete a key': '删除密钥',
}

const MODELS = {
  'public model names and their targets': '公开的模型名及其目标',
  'define the models of a JSON file, or of standard input (-); others stay':
    '按 JSON 文件或标准输入（-）定义模型，其余模型不变',
  'delete the models that the file does not have': '删除文件中没有的模型',
  'show what would change, and change nothing': '只显示将有的变化，不作改变',
  'define a public model name and its targets; replaces an existing definition':
    '设置公开的模型名及其目标，替换原有设置',
  'MODEL@KEY; KEY is a name, a pattern, a provider or #TAG; options: ,priority= ,weight= ,context= ,max-in-flight= ,mirror= ,when=':
    'MODEL@KEY；KEY 是名字、通配模式、服务商或 #标签。其后可加 ,priority= ,weight= ,context= ,max-in-flight= ,mirror= ,when=',
  "openai, azure and compatible only: the format that it gets, chat or responses; 'any': the client's own if the host takes it":
    '仅用于 openai、azure 和 compatible：发给它的格式，chat 或 responses；“any”表示服务支持时用客户端自己的格式',
  'refuse requests that would lose something in translation': '拒绝转换时会丢失内容的请求',
  'translate them, and name what is lost': '照常转换，并指出丢失了什么',
  'priority, latency, cost or sticky': '选择策略：priority、latency、cost 或 sticky',
  'after that time, also ask the next target and take the first answer':
    '超过该时长后同时询问下一个目标，采用先开始的回答',
  'a parameter added if a request lacks it': '请求缺少该参数时补上',
  'a parameter set in every request; name<=number is a bound':
    '每个请求都强制设置该参数；name<=number 为上限',
  'a parameter removed from every request': '从每个请求中去掉该参数',
  'time limit for the first token while another target is available':
    '还有其他目标时，等待首个 token 的时长',
  'retry a filtered prompt at the next target': '内容被过滤时改试下一个目标',
  'all public model names': '列出所有公开的模型名',
  'one public model name': '显示一个公开的模型名',
  'delete a name; upstream keys may still serve it': '删除模型名；上游密钥仍可能直接提供该模型',
  'for a proxy key, given by id or prefix': '针对某个代理密钥（编号或前缀）',
  'for a request body in JSON, from a file or (-) from standard input':
    '针对某个 JSON 请求体，来自文件或标准输入（-）',
  'where a request would be routed': '请求会被转发到哪里',
  'each upstream key in the order it would be tried for a model, or the reason it would not be':
    '按尝试顺序列出某模型的上游密钥，或不使用的原因',
}

export const HELP_ZH: Readonly<Record<string, string>> = {
  ...PROGRAM,
  ...DOCTOR,
  ...REPORTS,
  ...USERS,
  ...KEYS,
  ...UPSTREAMS,
  ...MODELS,
  ...QUOTAS_AND_PRICES,
}

/** The lines above commander's lists. */
export const HELP_TITLES_ZH: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
}
