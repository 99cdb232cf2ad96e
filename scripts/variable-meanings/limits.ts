/** Quotas, timeouts, sizes and limits. */
import type { Meanings } from './meaning.ts'

export const LIMITS = {
  DEFAULT_MONTHLY_QUOTA_TOKENS: {
    en: 'tokens per month (UTC) of each user without their own quota (`users.monthly_quota_tokens` is null); 0, here or there, is unlimited',
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
    en: 'time limit for opening a connection',
    zh: '必须在此时间内建立连接',
  },
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: {
    en: 'time limit for the first byte of a response, or the first event of a stream',
    zh: '回复的首字节，或流的首个事件',
  },
  UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: {
    en: 'the same for a stream that another target can serve',
    zh: '同上，适用于另有目标可接手的流',
  },
  UPSTREAM_IDLE_TIMEOUT_MS: { en: 'time limit between two events of a stream', zh: '流中途的沉默' },
  UPSTREAM_RESEND_ON_RESET: {
    en: 'resend a request once if its connection was reset before any response',
    zh: '回复之前连接被重置时重发一次',
  },
  SAME_TARGET_RETRY: {
    en: 'after a 5xx or a lost connection, try the same target once more before a standby of another model takes over',
    zh: '遇到 5xx 或连接中断时，先向同一目标再问一次，再换用其他模型的备用目标',
  },
  STREAM_RESCUE: {
    en: 'if a stream breaks: `continue` at another target, `prefill` only at a target that accepts the beginning of its own turn, `off` ends it with an error event',
    zh: '流在答复中途断开时：`continue` 由另一目标续写，`prefill` 仅由支持预填助手回复的目标续写，`off` 以错误事件结束',
  },
  RESCUE_CHARGE: {
    en: 'what a continued answer costs its user: `answer` the prompt once and everything that was generated, `all` also the prompts of the continuations',
    zh: '续写的答复如何计费：`answer` 提示词计一次加全部生成内容，`all` 另计为续写而再次读取的内容',
  },
  UPSTREAM_HTTP2: { en: 'HTTP/2 where an upstream offers it', zh: '上游支持时使用 HTTP/2' },
  REQUEST_TIMEOUT_MS: {
    en: 'time limit for a request, with all its attempts; a stream ends with an error event',
    zh: '最长的请求，所有尝试合计；流以一个错误事件结束',
  },
  CLIENT_BODY_TIMEOUT_MS: {
    en: "time limit for a request's whole body",
    zh: '请求体必须在此时间内全部到达',
  },
  CLIENT_WRITE_TIMEOUT_MS: {
    en: 'a client that reads nothing for this long is disconnected',
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
    en: 'memory for the bodies of all running requests together; beyond it, requests get 503. The process needs two to three times as much',
    zh: '所有进行中请求的请求体合计可占用的字节数；超出时以 503 拒绝。进程实际需要两到三倍的内存',
  },
  MAX_IN_FLIGHT_PER_KEY: {
    en: 'concurrent requests of a proxy key without its own `max_in_flight`; beyond it they wait (`QUEUE_TIMEOUT_MS`) or get 429; 0 is no limit. With Redis, all instances count it together. If it is not set, each instance allows 5000',
    zh: '没有自己的 `max_in_flight` 的代理密钥可同时进行的请求数；超出时等待（`QUEUE_TIMEOUT_MS`）或返回 429；0 表示不限。有 Redis 时由所有实例共同计数；未设置时每个实例各自允许 5000',
  },
  MAX_IN_FLIGHT_PER_USER: {
    en: 'concurrent requests of all keys of one user together, likewise',
    zh: '一个用户的所有密钥合计可同时进行的请求数，同上',
  },
  MAX_IN_FLIGHT_PER_IP: {
    en: 'concurrent requests of one client address, likewise; set `TRUSTED_PROXIES` first, or all clients behind a proxy share its address',
    zh: '一个客户端地址同时进行的请求数，同上；须先设置 `TRUSTED_PROXIES`，否则代理后面的所有客户端共用其地址',
  },
  QUEUE_TIMEOUT_MS: {
    en: 'how long a request may wait for a slot if its key, its user, or all upstream keys for its model are at their cap; keys of a higher `priority` go first. 0 refuses it immediately',
    zh: '当密钥、用户或该模型的所有上游密钥的并发已满时，一个请求最多等待多久；`priority` 较高的密钥优先。0 表示立即拒绝',
  },
  QUEUE_MAX: {
    en: 'requests that may wait at one instance; further ones are refused immediately',
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
    en: 'how long after SIGTERM new connections are still accepted while `/readyz` returns 503; set it longer than a load balancer needs to notice, unless the balancer retries refused connections at another instance',
    zh: '收到 SIGTERM 后，在 `/readyz` 回 503 的同时还接受新连接多久；若负载均衡器在连接被拒绝时不会自己转向下一个实例，应长于它发现 503 所需的时间',
  },
  DRAIN_IDLE_MS: {
    en: 'how long idle connections stay open after that; set it longer than the proxy keeps them; 0 closes them immediately',
    zh: '此后，没有请求的连接还为保持它们的代理留多久；应长于代理保持的时间；0 表示立即关闭',
  },
} as const satisfies Meanings
