// Asks an AWS account for everything Claude Code and its users need, with the AWS SDK for JavaScript; the endpoint
// comes from variables. Its Bedrock runtime client speaks HTTP/2 without asking.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The packages are in the folder that is named first, this file is not.
const require = createRequire(pathToFileURL(`${process.argv[2]}/`));
const { SSOOIDCClient, RegisterClientCommand, StartDeviceAuthorizationCommand, CreateTokenCommand } =
  require('@aws-sdk/client-sso-oidc');
const { SSOClient, ListAccountsCommand, ListAccountRolesCommand, GetRoleCredentialsCommand, LogoutCommand } =
  require('@aws-sdk/client-sso');
const { STSClient, GetCallerIdentityCommand, AssumeRoleCommand } = require('@aws-sdk/client-sts');
const { BedrockClient, ListInferenceProfilesCommand, ListFoundationModelsCommand, GetUseCaseForModelAccessCommand } =
  require('@aws-sdk/client-bedrock');
const {
  BedrockRuntimeClient, InvokeModelCommand, InvokeModelWithResponseStreamCommand, ConverseCommand,
  ConverseStreamCommand,
} = require('@aws-sdk/client-bedrock-runtime');
const { ServiceQuotasClient, ListServiceQuotasCommand } = require('@aws-sdk/client-service-quotas');
const { fromLoginCredentials, fromSSO } = require('@aws-sdk/credential-providers');

const region = 'us-west-2';
const modelId = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const body = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31', max_tokens: 20, messages: [{ role: 'user', content: 'Say hello.' }],
});
const messages = [{ role: 'user', content: [{ text: 'Say hello.' }] }];

async function signIn() {
  const oidc = new SSOOIDCClient({ region: 'us-east-1' });
  const { clientId, clientSecret } = await oidc.send(new RegisterClientCommand({
    clientName: 'exercise', clientType: 'public', scopes: ['sso:account:access'],
  }));
  const startUrl = 'https://d-9067642ac7.awsapps.com/start';
  const { deviceCode } = await oidc.send(new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl }));
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
  const token = await oidc.send(new CreateTokenCommand({ clientId, clientSecret, grantType, deviceCode }));
  const refreshed = await oidc.send(new CreateTokenCommand({
    clientId, clientSecret, grantType: 'refresh_token', refreshToken: token.refreshToken,
  }));
  await assert.rejects(
    oidc.send(new CreateTokenCommand({
      clientId, clientSecret, grantType: 'refresh_token', refreshToken: token.refreshToken,
    })),
    { name: 'InvalidGrantException' },
  );
  return refreshed.accessToken;
}

async function portal(accessToken) {
  const sso = new SSOClient({ region: 'us-east-1' });
  const { accountList } = await sso.send(new ListAccountsCommand({ accessToken, maxResults: 10 }));
  const { accountId } = accountList[0];
  const { roleList } = await sso.send(new ListAccountRolesCommand({ accessToken, accountId }));
  const roleName = roleList[0].roleName;
  const { roleCredentials } = await sso.send(new GetRoleCredentialsCommand({ accessToken, accountId, roleName }));
  assert.ok(roleCredentials.expiration > Date.now());
  await assert.rejects(
    sso.send(new GetRoleCredentialsCommand({ accessToken, accountId, roleName: 'Nobody' })),
    { name: 'ForbiddenException' },
  );
  await sso.send(new LogoutCommand({ accessToken }));
  await assert.rejects(sso.send(new ListAccountsCommand({ accessToken })), { name: 'UnauthorizedException' });
}

async function callAccount(credentials) {
  const sts = new STSClient({ region, credentials });
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, '111122223333');
  await sts.send(new AssumeRoleCommand({
    RoleArn: 'arn:aws:iam::111122223333:role/team/Invoker', RoleSessionName: 'exercise', ExternalId: 'from outside',
  }));
  const bedrock = new BedrockClient({ region, credentials });
  const { inferenceProfileSummaries } = await bedrock.send(new ListInferenceProfilesCommand({}));
  assert.ok(inferenceProfileSummaries.every((profile) => profile.createdAt instanceof Date));
  const { modelSummaries } = await bedrock.send(new ListFoundationModelsCommand({}));
  assert.ok(modelSummaries.length > 5);
  await bedrock.send(new GetUseCaseForModelAccessCommand({}));
  const quotas = await new ServiceQuotasClient({ region, credentials })
    .send(new ListServiceQuotasCommand({ ServiceCode: 'bedrock' }));
  assert.equal(quotas.Quotas[0].Value, 0);
}

async function invoke(credentials) {
  const runtime = new BedrockRuntimeClient({ region, credentials, maxAttempts: 1 });
  const whole = await runtime.send(new InvokeModelCommand({ modelId, body }));
  const { text } = JSON.parse(new TextDecoder().decode(whole.body)).content[0];
  const streamed = await runtime.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
  let joined = '';
  for await (const { chunk } of streamed.body) {
    joined += JSON.parse(new TextDecoder().decode(chunk.bytes)).delta?.text ?? '';
  }
  assert.equal(joined, text);
  const conversed = await runtime.send(new ConverseCommand({ modelId, messages }));
  const stream = await runtime.send(new ConverseStreamCommand({ modelId, messages }));
  joined = '';
  for await (const event of stream.stream) joined += event.contentBlockDelta?.delta.text ?? '';
  assert.equal(joined, conversed.output.message.content[0].text);
  await assert.rejects(
    runtime.send(new ConverseCommand({ modelId: 'us.anthropic.claude-opus-5', messages })),
    { name: 'ThrottlingException', message: 'Too many tokens per day, please wait before trying again.' },
  );
  runtime.destroy();
}

// `aws login`: a code from the browser, credentials for it, renewed by the SDK from its cache with proofs of its own.
async function login() {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  const clientId = 'arn:aws:signin:::devtools/same-device';
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const proof = () => {
    const header = part({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x, y } });
    const iat = Math.floor(Date.now() / 1000);
    const signed = `${header}.${part({ htm: 'POST', htu: `${endpoint}/v1/token`, iat, jti: randomUUID() })}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };
  const codeVerifier = randomUUID() + randomUUID();
  const redirectUri = 'http://127.0.0.1:1/oauth/callback';
  const query = new URLSearchParams({
    response_type: 'code', client_id: clientId, state: randomUUID(), code_challenge_method: 'SHA-256', scope: 'openid',
    redirect_uri: redirectUri, code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  });
  const page = await fetch(`${endpoint}/v1/authorize?${query}`, { redirect: 'manual' });
  const code = new URL(page.headers.get('location')).searchParams.get('code');
  const post = (body) => fetch(`${endpoint}/v1/token`, {
    method: 'POST', headers: { 'content-type': 'application/json', dpop: proof() }, body: JSON.stringify(body),
  });
  const redemption = { clientId, grantType: 'authorization_code', code, codeVerifier, redirectUri };
  const token = await (await post(redemption)).json();
  const again = await post(redemption);
  assert.equal(again.status, 400);
  assert.equal((await again.json()).error, 'AUTHCODE_EXPIRED');

  const { sub } = JSON.parse(Buffer.from(token.idToken.split('.')[1], 'base64url'));
  const folder = `${process.env.HOME}/.aws/login/cache`;
  mkdirSync(folder, { recursive: true });
  const dpopKey = privateKey.export({ format: 'pem', type: 'sec1' });
  // One minute is left, so that the SDK renews it.
  const expiresAt = `${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}Z`;
  const accessToken = { ...token.accessToken, accountId: sub.split(':')[4], expiresAt };
  writeFileSync(`${folder}/${createHash('sha256').update(sub).digest('hex')}.json`, JSON.stringify({
    ...token, accessToken, clientId, dpopKey,
  }));
  appendFileSync(`${process.env.HOME}/.aws/config`, `[profile console]\nlogin_session = ${sub}\nregion = ${region}\n`);
  const sts = new STSClient({ region, credentials: fromLoginCredentials({ profile: 'console' }) });
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, sub);
}

await login();
await portal(await signIn());
const credentials = fromSSO({ profile: 'work' });
await callAccount(credentials);
await invoke(credentials);
console.log('done');
