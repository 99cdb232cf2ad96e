/** The errors of the use cases in Chinese: what is wrong, and what to do. */
import type { AdminErrorCode } from './errors.ts'

type Values = Readonly<Record<string, string | number>>
type Wording = (values: Values) => { message: string; remedy: string }

const text =
  (message: (values: Values) => string, remedy: string): Wording =>
  (values) => ({ message: message(values), remedy })

const NAME_RULE = '最多 64 个字母、汉字或数字，以及 . _ @ : + -，且不能全是数字'

export const ZH_ERRORS: Readonly<Record<AdminErrorCode, Wording>> = {
  nothing_to_change: text(() => '没有给出要修改的内容', '请给出要修改的选项，见 --help'),
  idempotency_mismatch: text(
    () => '此 Idempotency-Key 已用于另一个请求',
    '请为另一个请求使用新的键',
  ),
  priority_invalid: text(
    ({ priority }) => `优先级必须是 0 到 100 的整数，而不是 ${priority}`,
    '数值越大越先处理',
  ),
  tag_invalid: text(({ tag }) => `标签“${tag}”无效`, '最多 64 个字母、汉字或数字，以及 . _ -'),
  address_invalid: text(
    ({ address }) => `无效的地址或网段“${address}”`,
    '请填写网段（如 10.0.0.0/8）或单个地址',
  ),
  time_zone_unknown: text(
    ({ zone }) => `未知的时区“${zone}”`,
    '请填写 IANA 名称，例如 Asia/Shanghai',
  ),
  records_deleted: text(
    ({ month }) => `${month} 的记录已删除（USAGE_RETENTION_DAYS）`,
    '只剩汇总数据，将保持不变',
  ),
  cursor_invalid: text(() => '分页游标无效', '请使用上一页返回的游标'),
  user_not_found: text(({ user }) => `没有用户“${user}”`, '查看所有用户：gpt-proxy user list'),
  user_exists: text(
    ({ user }) => `已经有用户“${user}”`,
    '请换一个名字，或修改该用户：gpt-proxy user update',
  ),
  user_name_invalid: text(({ name }) => `用户名“${name}”无效`, NAME_RULE),
  email_invalid: text(({ email }) => `邮箱地址“${email}”无效`, '例如 alice@example.com'),
  last_admin: text(
    ({ user }) => `“${user}”是最后一个可用的管理员，必须保留`,
    '请先创建另一个管理员：gpt-proxy user create 名字 --role admin',
  ),
  key_not_found: text(({ key }) => `没有密钥“${key}”`, '请用编号或前缀指定：gpt-proxy key list'),
  key_ambiguous: text(({ key }) => `“${key}”对应多个密钥`, '请用编号指定：gpt-proxy key list'),
  key_name_invalid: text(({ name }) => `密钥名“${name}”无效`, '请用 1 到 64 个可显示的字符'),
  key_revoked: text(({ key }) => `密钥“${key}”已吊销`, '请创建新密钥：gpt-proxy key create'),
  key_rotated: text(
    ({ key, by }) => `密钥“${key}”已经轮换为 ${by}`,
    '请轮换新的密钥，或吊销这个：gpt-proxy key revoke',
  ),
  key_in_grace: text(
    ({ key, earlier }) => `轮换为“${key}”的旧密钥“${earlier}”仍然有效：只能有一个旧密钥处于宽限期`,
    '请不带 --grace 轮换，等旧密钥过期，或吊销它：gpt-proxy key revoke',
  ),
  key_expired: text(() => '该密钥创建时就已过期', '请给出将来的时间'),
  limit_invalid: text(
    ({ field, max, value }) => `${field} 必须是 0 到 ${max} 的整数，而不是 ${value}`,
    '请给出整数、none 或 default',
  ),
  model_invalid: text(({ model }) => `模型名“${model}”无效`, '模型名不能含空格，* 只能放在末尾'),
  deployment_invalid: text(
    ({ name }) => `模型名或部署名“${name}”无效`,
    '请写成 模型=部署，名字不能含空格',
  ),
  header_reserved: text(
    ({ name }) => `请求头“${name}”由网关自己设置，不能固定`,
    '请去掉：它用于报文分界、连接管理，或携带上游密钥',
  ),
  header_name: text(
    ({ name }) => `请求头名“${name}”无效`,
    '请写成 --header 名称: 值，例如 OpenAI-Organization: org-123',
  ),
  header_value: text(
    ({ name }) => `请求头“${name}”的值为空、过长，或含有不可显示的字符`,
    '请给出一行可显示的 ASCII 字符，最多 2000 个',
  ),
  header_count: text(({ name }) => `有 ${name} 个固定请求头，一个上游最多 50 个`, '请减少一些'),
  deployments_missing: text(
    () => 'azure 上游必须给出部署',
    '请为每个模型加上 --deployment 模型=部署',
  ),
  api_version_unused: text(
    ({ provider }) => `${provider} 类型的上游没有 API 版本`,
    '请去掉 --api-version',
  ),
  api_version_invalid: text(({ version }) => `API 版本“${version}”无效`, '例如 2024-10-21'),
  protocol_unused: text(
    ({ provider }) => `${provider} 类型的上游只有自己的格式`,
    '请去掉 --protocol',
  ),
  base_url_invalid: text(({ reason }) => `地址不可用：${reason}`, '例如 https://api.openai.com/v1'),
  base_url_added_path: text(
    ({ provider, path, url }) => `${provider} 类型的上游的地址应写到 ${path} 之前：${url}`,
    '请给出该地址',
  ),
  weight_invalid: text(() => '权重必须是 0 到 999999 的整数', '数字越大，分到的请求越多，例如 5'),
  secret_invalid: text(
    () => '上游密钥不足 8 个字符、被遮掩（***）、写成了 NAME=KEY，或含有空格、引号、换行',
    '请单独给出密钥，占一行；上游不校验密钥时，任意 8 个字符即可',
  ),
  secret_is_proxy_key: text(
    () => '这是本网关自己的代理密钥，请求会再回到本网关',
    '请给出厂商或另一个网关的密钥',
  ),
  secret_line_invalid: text(
    ({ line }) =>
      `第 ${line} 行：上游密钥不足 8 个字符、被遮掩（***）、写成了 NAME=KEY，或含有空格、引号、换行；没有导入任何密钥`,
    '请改正这一行，再重新导入',
  ),
  upstream_name_invalid: text(({ name }) => `上游名“${name}”无效`, NAME_RULE),
  upstream_not_found: text(
    ({ upstream }) => `没有上游密钥“${upstream}”`,
    '查看所有上游：gpt-proxy upstream list',
  ),
  upstream_exists: text(({ name }) => `已经有上游密钥“${name}”`, '请换一个名字，或先删除它'),
  upstream_locked: text(
    ({ upstream, reason }) => `无法解密“${upstream}”的密钥（${reason}），因此不能修改它的地址`,
    '请同时给出密钥（--key-stdin），或查看：gpt-proxy encryption status',
  ),
  model_not_found: text(
    ({ model }) => `没有名为 '${model}' 的模型`,
    '查看已有的：gpt-proxy model list',
  ),
  model_pattern: text(
    ({ model }) => `模型 '${model}' 及其目标必须是完整的名称`,
    '去掉 *；通配只用于上游密钥',
  ),
  targets_missing: text(({ model }) => `模型 '${model}' 没有目标`, '加上 --target MODEL@KEY'),
  mirrors_only: text(
    ({ model }) => `模型“${model}”只有镜像，没有目标来回答`,
    '加上没有 mirror 的 --target MODEL@KEY',
  ),
  model_malformed: text(
    ({ reason }) => `模型的定义格式有误：${reason}`,
    '用 gpt-proxy model set 重新定义，或用 SQL 改正该行',
  ),
  model_exists: text(({ model }) => `已经有模型“${model}”`, '请换一个名字，或修改已有的模型'),
  condition_invalid: text(
    ({ condition }) => `条件“${condition}”无效`,
    '请写 tag:标签、max-tokens:N、min-tokens:N、feature:功能 或 header:名称=值；前面加 ! 表示否定',
  ),
  hedge_without_time: text(
    ({ model }) => `模型“${model}”没有首个 token 的时限，不能对冲`,
    '请加上 --first-token-ms',
  ),
  target_invalid: text(
    ({ target }) => `目标 '${target}' 无效`,
    '写 MODEL 或 MODEL@KEY，其后可加 ,priority=1 ,weight=3 ,context=128000 ,max-in-flight=8 ,mirror=10 或 ,when=条件',
  ),
  target_number: text(
    ({ target }) => `目标“${target}”的数值超出范围`,
    'mirror 为 1 到 100，max-in-flight 为 0 到 999999，其他数值为 0 到 999999999',
  ),
  parameter_invalid: text(
    ({ text: given }) => `参数 '${given}' 无效`,
    '写 NAME=VALUE，值为 JSON，例如 temperature=0',
  ),
  parameter_reserved: text(
    ({ name }) => `'${name}' 不能作为参数`,
    '去掉它：它决定请求的去向，或就是请求的内容',
  ),
  price_pattern: text(() => '价格只能针对一个模型设置', '请给出完整的模型名'),
  price_not_found: text(
    ({ model }) => `没有为模型“${model}”设置过价格`,
    '查看已设置的价格：gpt-proxy price list',
  ),
  encryption_key_not_everywhere: text(
    ({ instances, key }) =>
      `不是每个正在运行的实例都有新的加密密钥 ${key}：${instances} 没有，轮换后将无法使用上游密钥`,
    '请在每个实例上设置 ENCRYPTION_KEY 和 ENCRYPTION_KEYS_OLD 并重启，然后重试',
  ),
}
