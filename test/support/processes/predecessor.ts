/** A database as the predecessor (FastAPI, SQLAlchemy) left it, in SQL that SQLite and PostgreSQL both read. */
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

export const OLD_ENCRYPTION_KEY = '3f'.repeat(32)
/** A key of another form than ours, whose SHA-256 is stored. */
export const OLD_KEY = 'sk-old-gateway-Zm9vYmFyYmF6cXV4'
export const OLD_SECRET = 'sk-upstream-of-old-9aKx3'

export interface PredecessorSetting {
  upstreamUrl: string
  dialect?: 'sqlite' | 'postgres'
}

export function predecessorSql({ upstreamUrl, dialect = 'sqlite' }: PredecessorSetting): string {
  const id = dialect === 'sqlite' ? 'integer primary key' : 'serial primary key'
  const time = dialect === 'sqlite' ? 'datetime' : 'timestamp'
  const bytes = dialect === 'sqlite' ? 'blob' : 'bytea'
  const token = Buffer.from(fernet(OLD_SECRET))
  const binary =
    dialect === 'sqlite' ? `x'${token.toString('hex')}'` : `'\\x${token.toString('hex')}'`
  const [yes, no] = dialect === 'sqlite' ? ['1', '0'] : ['true', 'false']
  return `
create table alembic_version (version_num varchar(32) not null);
create table users (
  id ${id}, username varchar(64) not null unique, email varchar(255), hashed_password varchar(255),
  is_admin boolean not null, is_active boolean not null, monthly_quota_tokens bigint,
  created_at ${time}, updated_at ${time});
insert into users (id, username, email, is_admin, is_active, monthly_quota_tokens) values
  (11, '张三', 'zhang@example.com', ${no}, ${yes}, 1000000),
  (12, 'Bob Smith', null, ${yes}, ${yes}, null),
  (13, 'carol', 'no address', ${no}, ${no}, 0);
create table api_keys (
  id ${id}, user_id integer not null references users (id), name varchar(64), key_prefix varchar(16),
  key_hash varchar(64) not null, is_active boolean not null, allowed_models json, rate_limit_rpm integer,
  expires_at ${time}, last_used_at ${time}, created_at ${time});
insert into api_keys (id, user_id, name, key_prefix, key_hash, is_active, allowed_models, rate_limit_rpm) values
  (21, 11, 'laptop', 'sk-old-gat', '${sha256(OLD_KEY)}', ${yes}, '["gpt-4o*"]', 120),
  (22, 12, 'gone', 'sk-old-xyz', '${sha256('another')}', ${no}, null, null);
create table upstream_keys (
  id ${id}, name varchar(64), provider varchar(32) not null, base_url varchar(255), encrypted_key ${bytes} not null,
  status varchar(16) not null, weight integer, deployment_name varchar(64), api_version varchar(32),
  failure_count integer, total_requests integer, total_errors integer, cooldown_until ${time});
insert into upstream_keys (id, name, provider, base_url, encrypted_key, status, weight, deployment_name, api_version) values
  (31, 'OpenAI main', 'openai', '${upstreamUrl}', ${binary}, 'cooldown', 3, null, null),
  (32, 'azure', 'azure_openai', 'https://old.openai.azure.com', ${binary}, 'disabled', 1, 'gpt-4o', '2024-10-21');
create table usage_logs (
  id ${id}, user_id integer, api_key_id integer, upstream_key_id integer, model varchar(64), prompt_tokens integer,
  completion_tokens integer, total_tokens integer, status_code integer, latency_ms double precision, is_stream boolean,
  created_at ${time});
insert into usage_logs (id, user_id, api_key_id, upstream_key_id, model, prompt_tokens, completion_tokens, total_tokens, status_code, latency_ms, is_stream, created_at) values
  (1, 11, 21, 31, 'gpt-4o', 100, 50, 150, 200, 812.25, ${yes}, '2026-10-31 23:59:59.900000'),
  (2, 11, 21, 31, 'gpt-4o', 10, 5, 15, 200, 300, ${no}, '2026-11-01 00:00:00'),
  (3, 12, 22, 31, 'gpt-4o-mini', 0, 0, 0, 429, 3, ${no}, '2026-11-02 08:00:00'),
  (4, null, null, null, 'gpt-4o', 1, 1, 2, 401, 3, ${no}, '2026-11-02 08:00:00');
create table usage_monthly (
  id ${id}, user_id integer not null, year integer not null, month integer not null, prompt_tokens bigint,
  completion_tokens bigint, total_tokens bigint, request_count integer);
insert into usage_monthly (user_id, year, month, prompt_tokens, completion_tokens, total_tokens, request_count) values
  (11, 2026, 10, 1100, 550, 1650, 11), (11, 2026, 11, 10, 5, 15, 1), (12, 2026, 11, 7, 3, 10, 1);
`
}

/** A token as Python's `cryptography.fernet` makes it. */
export function fernet(text: string, key = Buffer.from(OLD_ENCRYPTION_KEY, 'hex')): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const at = Buffer.alloc(9)
  at[0] = 0x80
  at.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)), 1)
  const signed = Buffer.concat([at, iv, cipher.update(text), cipher.final()])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  const token = Buffer.concat([signed, mac]).toString('base64url')
  return token.padEnd(Math.ceil(token.length / 4) * 4, '=')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
