/** What PostgreSQL's failures are called in Chinese, by the English texts of `postgres-error.ts`. */
import type { Rule } from './rules.ts'

const STEPS: Readonly<Record<string, string>> = {
  password: '密码',
  database: '数据库',
  permission: '权限',
  connecting: '连接',
  connection: '连接',
  lock: '锁',
  statement: '语句',
  disk: '磁盘',
  pool: '连接池',
  answer: '应答',
}

const FINDINGS: Readonly<Record<string, string>> = {
  'the host name is not known': '无法解析主机名',
  'nothing listens there': '那里没有程序在监听',
  'there is no route to it': '无法到达',
  'its socket is not there or not open to this user': '套接字不存在，或当前用户无权打开',
  'the connection was lost': '连接中断',
  'its certificate is not trusted for this host': '其证书不被信任或不属于该主机',
  'no agreement on TLS': 'TLS 协商失败',
  'the user or the password is wrong': '用户名或密码错误',
  'this user may not connect from here in this way': '不允许该用户以这种方式从这里连接',
  'there is no such database': '没有该数据库',
  'the user may not do this': '该用户无权执行此操作',
  'it has no connection left': '已没有可用连接',
  'it is starting or stopping': '正在启动或停止',
  'it was stopped': '已被停止',
  'it only reads: it is a standby': '只读：这是备库',
  'another program holds a lock for too long': '另一个程序持锁过久',
  'a statement took too long': '语句执行过久',
  'its disk is full': '其磁盘已满',
  'it offers no TLS': '不提供 TLS',
  'it answers no TLS': '不应答 TLS',
  'it asks for one, and none is set': '需要密码，但没有设置',
  'no connection became free in time': '没有等到空闲连接',
  'it stays silent': '没有应答',
  'it was lost': '连接中断',
  'it takes connections and stays silent': '接受连接但不应答',
  'no connection within 5 s': '5 秒内没有连上',
}

const PLACES = 'DATABASE_URL 或 POSTGRES_HOST、POSTGRES_PORT'
export const POSTGRES_REMEDIES: readonly Rule[] = [
  [
    /^start PostgreSQL, or correct the host and port .*$/,
    `请启动 PostgreSQL，或改正 ${PLACES} 中的主机和端口`,
  ],
  [/^look for a firewall, or correct .*$/, `请检查防火墙，或改正 ${PLACES} 中的主机和端口`],
  [/^correct the host and port .*$/, `请改正 ${PLACES} 中的主机和端口`],
  [
    /^correct the user and password .*$/,
    '请改正 DATABASE_URL 或 POSTGRES_USER、POSTGRES_PASSWORD 中的用户名和密码',
  ],
  [
    /^look at what it does \(pg_stat_activity\), .*DB_POOL_SIZE$/,
    '请查看它在做什么（pg_stat_activity），结束阻塞的程序，或增大 DB_POOL_SIZE',
  ],
  [
    /^look at what it does \(pg_stat_activity\).*$/,
    '请查看它在做什么（pg_stat_activity），结束阻塞的程序',
  ],
  [/^see whether it (?:runs|hangs)$/, '请检查它是否正常运行'],
  [
    /^correct the certificate, .*$/,
    '请改正证书，用 sslrootcert=文件 指定其签发机构，或使用 sslmode=require',
  ],
  [/^look at the TLS set-up of PostgreSQL$/, '请检查 PostgreSQL 的 TLS 配置'],
  [
    /^allow it in pg_hba\.conf; .*$/,
    '请在 pg_hba.conf 中允许；若那里要求 TLS，请在 DATABASE_URL 后加 ?sslmode=require',
  ],
  [
    /^make it \(CREATE DATABASE\), .*$/,
    '请创建它（CREATE DATABASE），或改正 DATABASE_URL、POSTGRES_DB 中的名称',
  ],
  [
    /^make the user the owner of the database, .*$/,
    '请让该用户成为数据库的所有者，或授予 public 模式的 CREATE 权限和各表的权限',
  ],
  [/^raise max_connections or lower DB_POOL_SIZE$/, '请增大 max_connections 或减小 DB_POOL_SIZE'],
  [/^wait until it is up$/, '请等它启动'],
  [/^start it$/, '请启动它'],
  [/^connect to the primary$/, '请连接主库'],
  [/^switch it on there, or use sslmode=disable$/, '请在那里启用 TLS，或使用 sslmode=disable'],
  [/^use sslmode=disable$/, '请使用 sslmode=disable'],
]

/** `PostgreSQL HOST:PORT/DATABASE: STEP: FINDING (what the server says)`; null for other messages. */
export function postgresInChinese(message: string): string | null {
  const [, place, step = '', said = ''] = /^(PostgreSQL \S+): (\S+): (.*)$/s.exec(message) ?? []
  const finding = Object.keys(FINDINGS).find(
    (text) => said === text || said.startsWith(`${text} (`),
  )
  if (place === undefined || finding === undefined) return null
  return `${place}：${STEPS[step] ?? step}：${FINDINGS[finding]}${said.slice(finding.length)}`
}
