/** Proxies, browsers, stored objects, the journal, the log, rate limits and the commands. */
import type { Meanings } from './meaning.ts'

export const OPERATION = {
  TRUSTED_PROXIES: {
    en: 'addresses or CIDRs, separated by commas, whose `X-Forwarded-For` is trusted',
    zh: '地址或 CIDR，以逗号分隔；采信它们的 `X-Forwarded-For`',
  },
  CORS_ALLOW_ORIGINS: {
    en: 'origins of web pages that may call the gateway, e.g. `https://chat.example`, separated by commas; `*` allows all, which is safe in that a page needs a proxy key',
    zh: '允许哪些网页调用网关，填写其来源，例如 `https://chat.example`，以逗号分隔；`*` 表示全部，网页仍须有代理密钥',
    standard: { en: 'none', zh: '无' },
  },
  FORWARD_HEADERS: {
    en: 'headers of a client that reach the upstream; keys, cookies, addresses and what concerns the connection never do. A list here replaces the default: `openai-beta`, `idempotency-key`, `traceparent`, `tracestate`, `http-referer`, `x-title`',
    zh: '客户端的哪些请求头会转发给上游；密钥、Cookie、地址和与连接有关的头从不转发。此处的列表会替换默认值：`openai-beta`、`idempotency-key`、`traceparent`、`tracestate`、`http-referer`、`x-title`',
    standard: { en: 'see there', zh: '见右' },
  },
  UNKNOWN_OBJECTS: {
    en: 'ids of files, batches and other objects that were not created through the gateway, and so belong to no user: `pass` lets any caller who knows the id use them, `refuse` only admins’ keys',
    zh: '未经网关创建、因此不属于任何用户的文件、批处理等对象：`pass` 允许知道其 ID 的任何人使用，`refuse` 只允许管理员的密钥',
  },
  BATCH_CHECK_SECONDS: {
    en: 'how often the gateway checks at vendors whether batches have finished, to charge them',
    zh: '每隔多久向厂商查询批处理是否完成，完成后计费',
  },
  RESPONSES_STORE: {
    en: '`true`: the gateway stores responses of `POST /v1/responses`, encrypted, if the upstream stores none; their user can then refer to them as `previous_response_id`, read and delete them. `store: false` in a request stores nothing',
    zh: '`true`：若上游不保存响应，则由网关加密保存 `POST /v1/responses` 的结果；其用户可用 `previous_response_id` 引用，也可读取和删除。请求中的 `store: false` 表示不保存',
  },
  RESPONSES_STORE_DAYS: {
    en: 'days that the gateway keeps a response',
    zh: '网关保存一个响应的天数',
  },
  JOURNAL_SYNC: {
    en: 'when the usage journal is synced to disk: `always` before a request is sent (several at once with one call), `interval` every 100 ms, `off` when the system likes; the end of the process alone never loses a request, but of those that ended within its last 5 ms the exact counts: they are settled at their reservation, as `lost`',
    zh: '用量日志何时落盘：`always` 在发送请求之前（多个合并为一次调用），`interval` 每 100 毫秒，`off` 由系统决定；仅进程结束绝不会丢失请求；但进程结束前最后 5 毫秒内完成的请求会丢失确切用量，按预留量结算并标记为 `lost`',
  },
  LOG_LEVEL: { en: 'any case; `WARNING` is `warn`', zh: '大小写均可；`WARNING` 即 `warn`' },
  LOG_PROMPT_BODY: {
    en: 'prompts are never logged; `true` is refused, so that operators do not rely on such logs',
    zh: '从不记录提示词；`true` 会被拒绝，以免有人等待这样的日志',
  },
  RATE_LIMIT_ENABLED: {
    en: '`false` turns off all rate limits, including those of single keys',
    zh: '`false` 关闭所有速率限制，包括单个密钥的',
  },
  RATE_LIMIT_KEY_RPM: {
    en: 'requests per minute of a proxy key without its own limit; 0 is unlimited',
    zh: '没有自己数值的代理密钥每分钟的请求数；0 表示不限',
  },
  RATE_LIMIT_KEY_TPM: { en: 'tokens per minute, likewise', zh: '每分钟 token 数，同上' },
  RATE_LIMIT_IP_RPM: {
    en: "requests per minute of a client's address; 0 is unlimited",
    zh: '客户端地址每分钟的请求数；0 表示不限',
  },
  RATE_LIMIT_IP_TPM: { en: 'tokens per minute, likewise', zh: '每分钟 token 数，同上' },
  RATE_LIMIT_FAIL_OPEN: {
    en: 'if Redis is lost, each instance continues with its own counters; `false` refuses with 503',
    zh: '没有 Redis 时各实例用自己的计数器继续；`false` 则以 503 拒绝',
  },
  GPT_PROXY_UPSTREAM_KEY: {
    en: 'the secret for `upstream add` and `upstream import`',
    zh: '供 `upstream add` 和 `upstream import` 使用的密钥',
  },
  GPT_PROXY_ADMIN_KEY: {
    en: "the key of an admin of the gateway that a command's `--server` names",
    zh: '命令的 `--server` 所指网关的管理员密钥',
  },
  GPT_PROXY_OLD_DATABASE: {
    en: "the predecessor's database for `migrate import`: an SQLite file or a PostgreSQL URL",
    zh: '供 `migrate import` 使用的旧系统数据库：SQLite 文件或 PostgreSQL 地址',
  },
  GPT_PROXY_OLD_ENCRYPTION_KEY: {
    en: "the predecessor's `ENCRYPTION_KEY` (Fernet), for `migrate import`",
    zh: '供 `migrate import` 使用的旧系统 `ENCRYPTION_KEY`（Fernet）',
  },
} as const satisfies Meanings
