/** What each variable is for, in both languages: the tables of docs/configuration.md are made of this. */
import type { VARIABLES } from '../src/config/variables.ts'
import { PROVIDER_PRESETS, type PresetVariable } from '../src/core/providers/presets.ts'

export interface Meaning {
  en: string
  zh: string
  /** What holds where it is not set, where the code has no plain value for that. */
  standard?: { en: string; zh: string }
}

const PRESET_MEANINGS = Object.fromEntries(
  Object.values(PROVIDER_PRESETS).flatMap(({ title, variable }) =>
    variable === null
      ? []
      : [
          [
            variable,
            { en: `a key of ${title} to import at the start`, zh: `启动时导入的 ${title} 密钥` },
          ],
        ],
  ),
) as Readonly<Record<PresetVariable, Meaning>>

export const MEANINGS: Readonly<Record<keyof typeof VARIABLES, Meaning>> = {
  HOST: { en: 'address to listen on', zh: '监听地址' },
  PORT: { en: 'port to listen on; 0 picks a free one', zh: '监听端口；0 表示任选空闲端口' },
  PUBLIC_URL: {
    en: 'address that clients use, where it differs',
    zh: '客户端使用的地址（若与监听地址不同）',
  },
  ADMIN_LISTEN: {
    en: '`HOST:PORT` of a listener of its own for `/console/`, `/admin/` and `/metrics`, which the public one then lacks',
    zh: '为 `/console/`、`/admin/` 与 `/metrics` 单独监听的 `HOST:PORT`；公开端口此后不再提供它们',
  },
  USAGE_RETENTION_DAYS: {
    en: 'days that single requests are kept, at least 32; sums and the audit log stay. 0 keeps all',
    zh: '单条请求保留的天数，至少 32；汇总与审计日志保留。0 表示全部保留',
  },
  OIDC_ISSUER: {
    en: 'an OpenID provider that signs people in to the console, as it names itself; see [Single sign-on](console.md#single-sign-on)',
    zh: '用于登录控制台的 OpenID 提供方的签发者地址；见[单点登录](console.zh-CN.md#单点登录)',
  },
  OIDC_CLIENT_ID: {
    en: 'the id of this gateway at the provider',
    zh: '本网关在提供方处的客户端 ID',
  },
  OIDC_CLIENT_SECRET: {
    en: 'the secret of this gateway at the provider',
    zh: '本网关在提供方处的客户端密钥',
  },
  OIDC_NAME: {
    en: 'what the button says after “Sign in with”',
    zh: '登录按钮上显示的名称',
    standard: { en: "the issuer's host", zh: '签发者的主机名' },
  },
  OIDC_SCOPES: {
    en: 'what is asked of the provider, separated by commas',
    zh: '向提供方请求的范围，以逗号分隔',
    standard: { en: '`openid,profile,email`', zh: '`openid,profile,email`' },
  },
  OIDC_ROLE_CLAIM: {
    en: 'the claim that decides on the role, e.g. `realm_access.roles`',
    zh: '决定角色的声明，例如 `realm_access.roles`',
  },
  OIDC_ROLES: {
    en: 'which value of that claim gives which role, e.g. `gateway-admins=admin,finance=viewer,*=user`. Without it only users with a known email address can sign in, and keep their role',
    zh: '该声明的哪个值对应哪个角色，例如 `gateway-admins=admin,finance=viewer,*=user`。若未设置，则只有邮箱已知的用户可以登录，角色不变',
    standard: { en: 'none', zh: '无' },
  },
  DATA_DIR: {
    en: 'store, usage journal, encryption key file, first keys',
    zh: '存储、用量日志、加密密钥文件、最初的密钥',
  },
  DATABASE_URL: {
    en: '`postgres://USER:PASSWORD@HOST:5432/NAME`, see [PostgreSQL](#postgresql)',
    zh: '`postgres://USER:PASSWORD@HOST:5432/NAME`，见 [PostgreSQL](#postgresql)',
    standard: { en: 'the embedded store', zh: '内嵌存储' },
  },
  POSTGRES_HOST: {
    en: 'the same in parts; a path is the folder of a socket',
    zh: '同上，分项给出；路径表示套接字所在目录',
    standard: { en: 'the embedded store', zh: '内嵌存储' },
  },
  POSTGRES_PORT: { en: '', zh: '' },
  POSTGRES_USER: { en: '', zh: '' },
  POSTGRES_PASSWORD: { en: '', zh: '' },
  POSTGRES_DB: { en: '', zh: '' },
  DB_POOL_SIZE: {
    en: 'connections to PostgreSQL at most; one more listens for changes',
    zh: '到 PostgreSQL 的最大连接数；另有一个连接监听变更',
  },
  REDIS_URL: {
    en: '`redis://:PASSWORD@HOST:6379/0`, or `rediss://` for TLS: rate limits are counted there, for all instances together',
    zh: '`redis://:PASSWORD@HOST:6379/0`，TLS 用 `rediss://`：所有实例在此共同计算速率限制',
  },
  REDIS_HOST: { en: 'in place of the URL', zh: '代替 URL' },
  REDIS_PORT: { en: '', zh: '' },
  REDIS_PASSWORD: { en: '', zh: '' },
  ENCRYPTION_KEY: {
    en: '32 bytes as 64 hexadecimal digits or base64',
    zh: '32 字节，64 位十六进制或 base64',
    standard: { en: 'key file in `DATA_DIR`', zh: '`DATA_DIR` 中的密钥文件' },
  },
  ENCRYPTION_KEYS_OLD: {
    en: 'earlier keys, still able to open rows',
    zh: '以前的密钥，仍可打开旧行',
  },
  UPSTREAM_TYPE: {
    en: '`openai` or `azure`: import the keys of that kind only',
    zh: '`openai` 或 `azure`：只导入该类密钥',
    standard: { en: 'all', zh: '全部' },
  },
  OPENAI_API_KEY: { en: 'one key to import at the start', zh: '启动时导入的一个密钥' },
  OPENAI_API_KEYS: { en: 'keys to import, separated by commas', zh: '要导入的密钥，以逗号分隔' },
  OPENAI_BASE_URL: { en: 'where they are sent to', zh: '发往的地址' },
  AZURE_ENDPOINT: {
    en: 'e.g. `https://NAME.openai.azure.com`',
    zh: '例如 `https://NAME.openai.azure.com`',
  },
  AZURE_API_KEY: { en: 'one key to import at the start', zh: '启动时导入的一个密钥' },
  AZURE_API_KEYS: { en: 'keys to import, separated by commas', zh: '要导入的密钥，以逗号分隔' },
  AZURE_DEPLOYMENT_NAMES: {
    en: '`model=deployment`, separated by commas',
    zh: '`model=deployment`，以逗号分隔',
  },
  AZURE_API_VERSION: { en: 'version in the query', zh: '查询参数中的版本' },
  AZURE_TENANT_ID: {
    en: 'directory of an application at Microsoft Entra ID, instead of keys',
    zh: 'Microsoft Entra ID 应用所在目录，代替密钥',
  },
  AZURE_CLIENT_ID: { en: 'its client id', zh: '其客户端 ID' },
  AZURE_CLIENT_SECRET: { en: 'its secret', zh: '其密钥' },
  AZURE_AUTHORITY_HOST: { en: 'where its tokens come from', zh: '其令牌的来源' },
  ANTHROPIC_API_KEY: {
    en: 'a key of Anthropic to import at the start',
    zh: '启动时导入的 Anthropic 密钥',
  },
  GEMINI_API_KEY: {
    en: 'a key of Google AI Studio to import at the start',
    zh: '启动时导入的 Google AI Studio 密钥',
  },
  GOOGLE_APPLICATION_CREDENTIALS: {
    en: 'file with a service account of Google Cloud, to import at the start',
    zh: '启动时导入的 Google Cloud 服务账号文件',
  },
  GOOGLE_CLOUD_PROJECT: {
    en: 'the project whose Vertex AI is used with it',
    zh: '与之一起使用的 Vertex AI 项目',
  },
  GOOGLE_CLOUD_LOCATION: { en: 'where Vertex AI is used', zh: '使用 Vertex AI 的位置' },
  GCE_METADATA_HOST: { en: 'where the machine’s own tokens come from', zh: '本机令牌的来源' },
  AWS_REGION: { en: 'where Bedrock is used', zh: '使用 Bedrock 的区域' },
  AWS_BEARER_TOKEN_BEDROCK: {
    en: 'a Bedrock API key to import at the start',
    zh: '启动时导入的 Bedrock API 密钥',
  },
  AWS_ACCESS_KEY_ID: {
    en: 'access key to import at the start, for Bedrock in `AWS_REGION`',
    zh: '启动时导入的访问密钥，用于 `AWS_REGION` 的 Bedrock',
  },
  AWS_SECRET_ACCESS_KEY: { en: 'its secret', zh: '其密钥' },
  AWS_SESSION_TOKEN: {
    en: 'marks it as temporary; such keys are not imported',
    zh: '表示密钥是临时的；这类密钥不会导入',
  },
  AWS_ROLE_ARN: {
    en: 'role of the pod, for upstreams whose key is `role`',
    zh: 'Pod 的角色，用于密钥为 `role` 的上游',
  },
  AWS_WEB_IDENTITY_TOKEN_FILE: {
    en: 'the pod’s token for it, read at each renewal',
    zh: 'Pod 的令牌文件，每次续期时读取',
  },
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: {
    en: 'where a container’s role is, on ECS',
    zh: 'ECS 容器角色的路径',
  },
  AWS_CONTAINER_CREDENTIALS_FULL_URI: {
    en: 'where a container’s or pod’s role is',
    zh: '容器或 Pod 角色的地址',
  },
  AWS_CONTAINER_AUTHORIZATION_TOKEN: { en: 'what authorizes there', zh: '在该处的授权' },
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: {
    en: 'file with that, read at each renewal',
    zh: '包含该授权的文件，每次续期时读取',
  },
  AWS_EC2_METADATA_SERVICE_ENDPOINT: { en: 'where a machine’s role is', zh: '机器角色的地址' },
  ...PRESET_MEANINGS,
  DEFAULT_MONTHLY_QUOTA_TOKENS: {
    en: 'tokens a month (UTC) of each user without a number of their own (`users.monthly_quota_tokens` is null); 0, here or there, is no quota',
    zh: '没有自己数值的用户（`users.monthly_quota_tokens` 为 null）每月（UTC）的 token 数；此处或用户的 0 都表示无配额',
    standard: { en: 'none', zh: '无' },
  },
  CIRCUIT_BREAKER_THRESHOLD: {
    en: 'consecutive failures that open the breaker of a model at a key',
    zh: '连续失败多少次打开某密钥上某模型的熔断器',
  },
  CIRCUIT_BREAKER_COOLDOWN_SECONDS: {
    en: 'how long it first stays open before a probe; doubles each time, up to 60 s',
    zh: '首次熔断多久后放行探测请求；之后每次加倍，最长 60 秒',
  },
  UPSTREAM_CONNECT_TIMEOUT_MS: {
    en: 'a connection must stand within this',
    zh: '必须在此时间内建立连接',
  },
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: {
    en: 'first byte of a reply, or first event of a stream',
    zh: '回复的首字节，或流的首个事件',
  },
  UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: {
    en: 'the same for a stream that another target can serve',
    zh: '同上，适用于另有目标可接手的流',
  },
  UPSTREAM_IDLE_TIMEOUT_MS: { en: 'silence in the middle of a stream', zh: '流中途的沉默' },
  UPSTREAM_RESEND_ON_RESET: {
    en: 'one resend where a connection was reset before any reply',
    zh: '回复之前连接被重置时重发一次',
  },
  STREAM_RESCUE: {
    en: 'a stream that breaks in its answer: `continue` by another target, `prefill` only by one that takes the beginning of its own turn, `off` ends it with an error event',
    zh: '流在答复中途断开时：`continue` 由另一目标续写，`prefill` 仅由支持预填助手回复的目标续写，`off` 以错误事件结束',
  },
  RESCUE_CHARGE: {
    en: 'what a continued answer costs its user: `answer` the prompt once and all that was generated, `all` also what was read to go on',
    zh: '续写的答复如何计费：`answer` 提示词计一次加全部生成内容，`all` 另计为续写而再次读取的内容',
  },
  UPSTREAM_HTTP2: { en: 'HTTP/2 where an upstream offers it', zh: '上游支持时使用 HTTP/2' },
  REQUEST_TIMEOUT_MS: {
    en: 'longest request, all its tries together; a stream is ended by an error event',
    zh: '最长的请求，所有尝试合计；流以一个错误事件结束',
  },
  CLIENT_BODY_TIMEOUT_MS: {
    en: "a request's whole body must have arrived",
    zh: '请求体必须在此时间内全部到达',
  },
  CLIENT_WRITE_TIMEOUT_MS: {
    en: 'a client that takes nothing for this long is cut',
    zh: '客户端这么久不接收数据就切断',
  },
  STREAM_KEEPALIVE_MS: {
    en: 'a stream whose client got nothing for this long gets a comment, also before any upstream has answered, so that no balancer cuts it; a failure after that is an error event. 0 turns it off',
    zh: '流的客户端这么久没有收到任何数据时发送一个注释，包括上游尚未应答时，以免负载均衡器切断；此后的失败以错误事件告知。0 表示关闭',
  },
  MAX_BODY_BYTES: { en: 'largest request body', zh: '最大的请求体' },
  MAX_UPLOAD_BYTES: {
    en: 'largest upload of a file; it is passed on as it arrives and not kept',
    zh: '最大的文件上传；边到达边转发，不在内存中保留',
  },
  BODY_MEMORY_BYTES: {
    en: 'what the bodies of all requests under way may take together; beyond it requests are answered with 503. The process needs two to three times as much',
    zh: '所有进行中请求的请求体合计可占用的字节数；超出时以 503 拒绝。进程实际需要两到三倍的内存',
  },
  MAX_IN_FLIGHT_PER_KEY: {
    en: 'requests in flight of one proxy key without a `max_in_flight` of its own; beyond it they wait (`QUEUE_TIMEOUT_MS`) or get 429; 0 is no limit. With Redis, all instances count it together. If it is not set, each instance allows 5000 by itself',
    zh: '没有自己的 `max_in_flight` 的代理密钥可同时进行的请求数；超出时等待（`QUEUE_TIMEOUT_MS`）或返回 429；0 表示不限。有 Redis 时由所有实例共同计数；未设置时每个实例各自允许 5000',
  },
  MAX_IN_FLIGHT_PER_USER: {
    en: 'requests in flight of all keys of one user together, likewise',
    zh: '一个用户的所有密钥合计可同时进行的请求数，同上',
  },
  MAX_IN_FLIGHT_PER_IP: {
    en: 'requests under way of one client address, likewise; set `TRUSTED_PROXIES` first, or all clients behind a proxy share its address',
    zh: '一个客户端地址同时进行的请求数，同上；须先设置 `TRUSTED_PROXIES`，否则代理后面的所有客户端共用其地址',
  },
  QUEUE_TIMEOUT_MS: {
    en: 'how long a request may wait for a slot if its key, its user, or all upstream keys for its model have as many requests as they may have; keys of a higher `priority` go first. 0: it is refused at once',
    zh: '当密钥、用户或该模型的所有上游密钥的并发已满时，一个请求最多等待多久；`priority` 较高的密钥优先。0 表示立即拒绝',
  },
  QUEUE_MAX: {
    en: 'requests that may wait at one instance; the next one is refused at once',
    zh: '一个实例上可以等待的请求数；再多的立即拒绝',
  },
  HEDGE_MAX_PERCENT: {
    en: 'share of the requests for models with `--hedge` that may be sent to a second target',
    zh: '对使用 `--hedge` 的模型，最多有多大比例的请求可以再发给第二个目标',
  },
  DRAIN_SECONDS: {
    en: 'how long streams may finish after SIGTERM',
    zh: '收到 SIGTERM 后流还可以继续多久',
  },
  DRAIN_NOTICE_MS: {
    en: 'how long after SIGTERM new connections are still taken while `/readyz` says 503; longer than a balancer takes to notice that, where it does not go to the next instance by itself when one refuses a connection',
    zh: '收到 SIGTERM 后，在 `/readyz` 回 503 的同时还接受新连接多久；若负载均衡器在连接被拒绝时不会自己转向下一个实例，应长于它发现 503 所需的时间',
  },
  DRAIN_IDLE_MS: {
    en: 'how long, after that, connections without a request are left to the proxy that keeps them; longer than it keeps them; 0 closes them at once',
    zh: '此后，没有请求的连接还为保持它们的代理留多久；应长于代理保持的时间；0 表示立即关闭',
  },
  TRUSTED_PROXIES: {
    en: 'addresses or CIDRs, separated by commas, whose `X-Forwarded-For` is believed',
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
    en: 'ids of files, batches and the like that were made past the gateway, and so belong to no user: `pass` lets everybody use whoever knows the id, `refuse` only keys of an admin',
    zh: '未经网关创建、因此不属于任何用户的文件、批处理等对象：`pass` 允许知道其 ID 的任何人使用，`refuse` 只允许管理员的密钥',
  },
  BATCH_CHECK_SECONDS: {
    en: 'how often vendors are asked whether batches are finished, which are charged then',
    zh: '每隔多久向厂商查询批处理是否完成，完成后计费',
  },
  RESPONSES_STORE: {
    en: '`true`: the gateway keeps what `POST /v1/responses` answers, encrypted, if the upstream keeps no responses; its user can then refer to it as `previous_response_id`, read and delete it. `store: false` in a request keeps nothing',
    zh: '`true`：若上游不保存响应，则由网关加密保存 `POST /v1/responses` 的结果；其用户可用 `previous_response_id` 引用，也可读取和删除。请求中的 `store: false` 表示不保存',
  },
  RESPONSES_STORE_DAYS: {
    en: 'days that the gateway keeps a response',
    zh: '网关保存一个响应的天数',
  },
  JOURNAL_SYNC: {
    en: 'when the usage journal is brought to the disk: `always` before a request is sent (several at once with one call), `interval` every 100 ms, `off` when the system likes; the end of the process alone never loses a request, but of those that ended within its last 5 ms the exact counts: they are settled at their reservation, as `lost`',
    zh: '用量日志何时落盘：`always` 在发送请求之前（多个合并为一次调用），`interval` 每 100 毫秒，`off` 由系统决定；仅进程结束绝不会丢失请求；但进程结束前最后 5 毫秒内完成的请求会丢失确切用量，按预留量结算并标记为 `lost`',
  },
  LOG_LEVEL: { en: 'any case; `WARNING` is `warn`', zh: '大小写均可；`WARNING` 即 `warn`' },
  LOG_PROMPT_BODY: {
    en: 'prompts are never logged; `true` is refused, so that no one relies on such logs',
    zh: '从不记录提示词；`true` 会被拒绝，以免有人等待这样的日志',
  },
  RATE_LIMIT_ENABLED: {
    en: '`false` turns all rate limits off, also those of single keys',
    zh: '`false` 关闭所有速率限制，包括单个密钥的',
  },
  RATE_LIMIT_KEY_RPM: {
    en: 'requests a minute of a proxy key without a number of its own; 0 is no limit',
    zh: '没有自己数值的代理密钥每分钟的请求数；0 表示不限',
  },
  RATE_LIMIT_KEY_TPM: { en: 'tokens a minute, likewise', zh: '每分钟 token 数，同上' },
  RATE_LIMIT_IP_RPM: {
    en: "requests a minute of a client's address; 0 is no limit",
    zh: '客户端地址每分钟的请求数；0 表示不限',
  },
  RATE_LIMIT_IP_TPM: { en: 'tokens a minute, likewise', zh: '每分钟 token 数，同上' },
  RATE_LIMIT_FAIL_OPEN: {
    en: 'without Redis each instance goes on with its own counters; `false` refuses with 503',
    zh: '没有 Redis 时各实例用自己的计数器继续；`false` 则以 503 拒绝',
  },
  GPT_PROXY_UPSTREAM_KEY: {
    en: 'the secret for `upstream add` and `upstream import`',
    zh: '供 `upstream add` 和 `upstream import` 使用的密钥',
  },
  GPT_PROXY_OLD_DATABASE: {
    en: "the predecessor's database for `migrate import`: an SQLite file or a PostgreSQL URL",
    zh: '供 `migrate import` 使用的旧系统数据库：SQLite 文件或 PostgreSQL 地址',
  },
  GPT_PROXY_OLD_ENCRYPTION_KEY: {
    en: "the predecessor's `ENCRYPTION_KEY` (Fernet), for `migrate import`",
    zh: '供 `migrate import` 使用的旧系统 `ENCRYPTION_KEY`（Fernet）',
  },
}
