/** Accounts at clouds: what is imported at the start, and where credentials come from while serving. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import type { VARIABLES } from './variables.ts'

type Values = z.output<z.ZodObject<typeof VARIABLES>>

/** An application at Microsoft Entra ID; null unless it is complete. */
function entraOf(values: Values) {
  const {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  } = values
  return tenantId === undefined || clientId === undefined || clientSecret === undefined
    ? null
    : JSON.stringify({ tenantId, clientId, clientSecret })
}

/** Only lasting keys: those with a session token expire before the next start. */
function bedrockKeysOf(values: Values): readonly string[] {
  const {
    AWS_BEARER_TOKEN_BEDROCK: bearer,
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: key,
  } = values
  const pair = id === undefined || key === undefined || values.AWS_SESSION_TOKEN !== undefined
  return [...(bearer === undefined ? [] : [bearer]), ...(pair ? [] : [`${id}:${key}`])]
}

/** The text of a service account's file, on one line. */
function accountIn(file: string): string {
  try {
    return JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no JSON'
    throw new ConfigError(
      'GOOGLE_APPLICATION_CREDENTIALS',
      `GOOGLE_APPLICATION_CREDENTIALS names ${file}, which can't be read (${reason})`,
      'Give the path of a service account’s JSON file that this user may read, or unset it.',
    )
  }
}

function vertexOf(values: Values) {
  const { GOOGLE_CLOUD_PROJECT: project, GOOGLE_CLOUD_LOCATION: location } = values
  const file = values.GOOGLE_APPLICATION_CREDENTIALS
  if (project === undefined || file === undefined) return null
  const host = location === 'global' ? '' : `${location}-`
  const baseUrl = `https://${host}aiplatform.googleapis.com/v1/projects/${project}/locations/${location}`
  return { baseUrl, account: accountIn(file) }
}

/** ECS gives a path at this address. */
const ECS_ADDRESS = 'http://169.254.170.2'

function containerOf(values: Values) {
  const path = values.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  const url =
    path === undefined ? values.AWS_CONTAINER_CREDENTIALS_FULL_URI : `${ECS_ADDRESS}${path}`
  return url === undefined
    ? null
    : {
        url,
        token: values.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? null,
        tokenFile: values.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ?? null,
      }
}

function webIdentityOf(values: Values) {
  const {
    AWS_ROLE_ARN: roleArn,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_REGION: region,
  } = values
  if (roleArn === undefined || tokenFile === undefined) return null
  const host = region === undefined ? 'sts.amazonaws.com' : `sts.${region}.amazonaws.com`
  return { roleArn, tokenFile, stsUrl: `https://${host}/` }
}

export function cloudsOf(values: Values) {
  const region = values.AWS_REGION
  return {
    anthropicApiKey: values.ANTHROPIC_API_KEY ?? null,
    geminiApiKey: values.GEMINI_API_KEY ?? null,
    entraClient: entraOf(values),
    vertex: vertexOf(values),
    bedrock:
      region === undefined
        ? null
        : {
            baseUrl: `https://bedrock-runtime.${region}.amazonaws.com`,
            keys: bedrockKeysOf(values),
          },
    credentialSources: {
      googleMetadataHost: values.GCE_METADATA_HOST,
      entraAuthority: values.AZURE_AUTHORITY_HOST,
      awsWebIdentity: webIdentityOf(values),
      awsContainer: containerOf(values),
      awsMetadataUrl: values.AWS_EC2_METADATA_SERVICE_ENDPOINT.replace(/\/+$/, ''),
    },
  }
}
