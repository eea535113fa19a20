// Asks an AWS account for everything Claude Code and its users need, with the AWS SDK for JavaScript; the endpoint
// comes from variables. Its Bedrock runtime client speaks HTTP/2 without asking.

import assert from 'node:assert/strict';
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
const { fromSSO } = require('@aws-sdk/credential-providers');

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
    RoleArn: 'arn:aws:iam::111122223333:role/Invoker', RoleSessionName: 'exercise', ExternalId: 'from outside',
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

await portal(await signIn());
const credentials = fromSSO({ profile: 'work' });
await callAccount(credentials);
await invoke(credentials);
console.log('done');
