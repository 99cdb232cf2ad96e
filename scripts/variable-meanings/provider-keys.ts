/** Provider keys that are imported at the start. */
import type { Meanings } from './meaning.ts'

export const PROVIDER_KEYS = {
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
} as const satisfies Meanings
