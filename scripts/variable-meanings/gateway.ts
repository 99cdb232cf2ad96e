/** Where the gateway listens, who signs in, and where its state is kept. */
import type { Meanings } from './meaning.ts'

export const GATEWAY = {
  HOST: { en: 'address to listen on', zh: '监听地址' },
  PORT: { en: 'port to listen on; 0 picks a free one', zh: '监听端口；0 表示任选空闲端口' },
  PUBLIC_URL: {
    en: 'address that clients use, if it differs',
    zh: '客户端使用的地址（若与监听地址不同）',
  },
  ADMIN_LISTEN: {
    en: '`HOST:PORT` of a separate listener for `/console/`, `/admin/` and `/metrics`, which the public listener then does not serve',
    zh: '为 `/console/`、`/admin/` 与 `/metrics` 单独监听的 `HOST:PORT`；公开端口此后不再提供它们',
  },
  THREADS: {
    en: 'threads that serve requests, on one port: `auto` starts one for each core; see [deployment](deployment.md#threads)',
    zh: '在同一端口上处理请求的线程数：`auto` 为每个核启动一个；见[部署](deployment.zh-CN.md#线程)',
  },
  USAGE_RETENTION_DAYS: {
    en: 'days that records of single requests are kept, at least 32; totals and the audit log stay. 0 keeps all',
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
    en: 'scopes requested from the provider, separated by commas',
    zh: '向提供方请求的范围，以逗号分隔',
    standard: { en: '`openid,profile,email`', zh: '`openid,profile,email`' },
  },
  OIDC_ROLE_CLAIM: {
    en: 'the claim that determines the role, e.g. `realm_access.roles`',
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
    en: 'the parts of the URL, one by one; a path is the folder of a socket',
    zh: '同上，分项给出；路径表示套接字所在目录',
    standard: { en: 'the embedded store', zh: '内嵌存储' },
  },
  POSTGRES_PORT: { en: '', zh: '' },
  POSTGRES_USER: { en: '', zh: '' },
  POSTGRES_PASSWORD: { en: '', zh: '' },
  POSTGRES_DB: { en: '', zh: '' },
  DB_POOL_SIZE: {
    en: 'maximum number of connections to PostgreSQL; one more listens for changes',
    zh: '到 PostgreSQL 的最大连接数；另有一个连接监听变更',
  },
  REDIS_URL: {
    en: '`redis://:PASSWORD@HOST:6379/0`, or `rediss://` for TLS: rate limits are counted there, for all instances together',
    zh: '`redis://:PASSWORD@HOST:6379/0`，TLS 用 `rediss://`：所有实例在此共同计算速率限制',
  },
  REDIS_HOST: { en: 'instead of the URL', zh: '代替 URL' },
  REDIS_PORT: { en: '', zh: '' },
  REDIS_PASSWORD: { en: '', zh: '' },
  ENCRYPTION_KEY: {
    en: '32 bytes as 64 hexadecimal digits or base64',
    zh: '32 字节，64 位十六进制或 base64',
    standard: { en: 'key file in `DATA_DIR`', zh: '`DATA_DIR` 中的密钥文件' },
  },
  ENCRYPTION_KEYS_OLD: {
    en: 'previous keys, which can still decrypt rows',
    zh: '以前的密钥，仍可打开旧行',
  },
} as const satisfies Meanings
