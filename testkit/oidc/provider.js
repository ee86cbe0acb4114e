// An OpenID provider on a free loopback port. Whoever is to sign in is named by the request's header
// `x-person`: claims as base64url of JSON, or `{"denies": true}`.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [publicUrl] = process.argv.slice(2);
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const people = new Map();

const keys = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ed25519'),
].map(({ privateKey }) => ({ ...privateKey.export({ format: 'jwk' }), use: 'sig' }));

const clients = algorithms.map((algorithm) => ({
  client_id: `portico-${algorithm.toLowerCase()}`,
  client_secret: 'hush:hush & more',
  redirect_uris: [`${publicUrl}/auth/oauth/${algorithm.toLowerCase()}/callback`],
  id_token_signed_response_alg: algorithm,
}));

const configuration = {
  clients,
  jwks: { keys },
  cookies: { keys: ['a test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'] },
  enabledJWA: { idTokenSigningAlgValues: algorithms },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => people.get(id) }),
};

async function interact(provider, request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const person = JSON.parse(Buffer.from(request.headers['x-person'], 'base64url').toString());
  const finish = (result, mergeWithLastSubmission) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission });
  if (person.denies) {
    const error = { error: 'access_denied', error_description: '<b>They said no.</b>' };
    return finish(error, false);
  }
  people.set(person.sub, person);
  if (prompt.name === 'login') {
    return finish({ login: { accountId: person.sub } }, false);
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid email profile');
  return finish({ consent: { grantId: await grant.save() } }, true);
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      callback(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => {
      console.error(error);
      response.statusCode = 500;
      response.end();
    });
  });
  console.log(`issuer ${issuer}`);
});
