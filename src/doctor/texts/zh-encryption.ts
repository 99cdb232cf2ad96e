/** Chinese: findings about the encryption of secrets. */
import type { Text } from '../text.ts'
import type { EN_ENCRYPTION } from './en-encryption.ts'

export const ZH_ENCRYPTION: Readonly<Record<keyof typeof EN_ENCRYPTION, Text>> = {
  'enc.ok': [
    'ENCRYPTION_KEY（来自 {source}，编号 {keyId}）格式正确，能打开 {rows} 个已存密文中的 {rows} 个。',
  ],
  'enc.new': ['还没有加密密钥；首次启动会创建 {file}。'],
  'enc.gone': [
    '{file} 不见了，而 {rows} 个已存密文（{names}）是用其中的密钥加密的。',
    '它被移走或删除了，或者恢复存储时没有一起恢复。',
    '把它放回去。若已丢失，请删除这些上游密钥并逐个重新添加；第一次添加会生成新的文件。',
  ],
  'enc.missing': [
    '没有设置 ENCRYPTION_KEY，而存储在 PostgreSQL 上。',
    '共用数据库的实例必须共用密钥；某个实例自己生成的会随它丢失。',
    '设为之前使用的那个；如果还没有，生成一个并交给所有实例：',
  ],
  'enc.quotes': [
    'ENCRYPTION_KEY 带有引号。',
    '读取该文件的工具把引号当成值的一部分。',
    '去掉引号：',
  ],
  'enc.newline': ['ENCRYPTION_KEY 含有换行符。', '复制时带上了行尾。', '去掉换行：'],
  'enc.space': ['ENCRYPTION_KEY 含有空格。', '复制时带上了旁边的内容。', '去掉空格：'],
  'enc.prefix': ['ENCRYPTION_KEY 以 0x 开头。', '只有十六进制数字属于它。', '去掉 0x：'],
  'enc.base64': [
    'ENCRYPTION_KEY 是十六进制数字的 base64。',
    '多编码了一次，如同 Kubernetes 的 Secret 文件中那样。',
    '解码一次：',
  ],
  'enc.format': [
    'ENCRYPTION_KEY 格式错误：{detail}。',
    '必须是 64 位十六进制数字，或 32 字节的 base64。',
    '设为之前使用的那个；只有在还没有存储上游密钥时才生成新的：',
  ],
  'enc.file': [
    '密钥文件 {file} 不可用：{detail}。',
    '它被截断、修改过，或属于另一个用户。',
    '从备份恢复：',
  ],
  'enc.mode': ['密钥文件 {file} 可被他人读取。', '其权限被改动过。', '改回私有：'],
  'enc.file-opens': [
    'ENCRYPTION_KEY（编号 {keyId}）打不开 {rows} 个（{names}）；密钥文件 {file}（编号 {fileKeyId}）可以。',
    '这些密钥是在没有设置 ENCRYPTION_KEY 时存入的。',
    '让旧密钥打开它们，用现在的密钥重新加密，之后不再需要旧密钥：',
  ],
  'enc.old': [
    '{rows} 个已存密文（{names}）仍用旧密钥加密。',
    'ENCRYPTION_KEY 更换后没有运行过 “encryption rotate”。',
    '重新加密；之后可以取消 ENCRYPTION_KEYS_OLD：',
  ],
  'enc.lost': [
    'ENCRYPTION_KEY（来自 {source}，编号 {keyId}）打不开 {rows} 个上游密钥（{names}），它们由编号 {sealedWith} 的密钥加密。',
    'ENCRYPTION_KEY 被更换，或存储来自另一个安装。',
    '用从前的密钥启动，或写入 ENCRYPTION_KEYS_OLD 并运行 “encryption rotate”。如果已丢失，请重新输入每个上游密钥：',
  ],
  'enc.totp': [
    'ENCRYPTION_KEY（来自 {source}，编号 {keyId}）打不开 {names} 的第二因素，它由编号 {sealedWith} 的密钥加密。该用户无法用密码登录。',
    'ENCRYPTION_KEY 被更换，或存储来自另一个安装。',
    '把从前的密钥写入 ENCRYPTION_KEYS_OLD 并运行 “encryption rotate”。如果已丢失，新的链接会关闭第二因素：',
  ],
  'enc.data': [
    'ENCRYPTION_KEY（来自 {source}，编号 {keyId}）打不开用于加密已存 {names} 的数据密钥，它由编号 {sealedWith} 的密钥加密。这些数据既不能读取，也不能新增。',
    'ENCRYPTION_KEY 被更换，或存储来自另一个安装。',
    '如果从前的密钥已丢失，请删除 stored_responses 与 data_keys 两表的行；否则将其写入 ENCRYPTION_KEYS_OLD 并重新加密：',
  ],
  'enc.changed': [
    'ENCRYPTION_KEY 的编号与加密 {names} 时的相同，但仍打不开它们。',
    '密钥存入后，数据库中的行或其基础地址被改动过。',
    '重新输入上游密钥：',
  ],
}
