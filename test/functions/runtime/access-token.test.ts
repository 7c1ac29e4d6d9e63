import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { AccessTokenExpired, ServiceUnavailable } from '../../../core/errors.ts';
import { createAccessToken } from '../../../functions/runtime/access-token.ts';
import { errorOf, givenParameters, storedToken } from '../fixtures.ts';

const T1 = '2026-11-21T07:00:00.000Z';
const T2 = '2026-11-21T08:00:00.000Z';

function given(token?: { value: string; expiresAt: string }) {
  const parameters = givenParameters(
    token && { 'access-token': storedToken(token.value, token.expiresAt) },
  );
  return {
    accessToken: createAccessToken(parameters.tokens),
    store: (value: string, expiresAt: string) =>
      parameters.values.set('/test/access-token', storedToken(value, expiresAt)),
    reads: () => parameters.ssm.commandCalls(GetParametersCommand).length,
  };
}

const echo = async (token: string) => token;
const expire = async () => {
  throw new AccessTokenExpired('401');
};

describe('The access token of an execution environment', () => {
  it('is read once and kept over calls', async () => {
    const { accessToken, reads } = given({ value: 'one', expiresAt: T1 });
    for (let i = 0; i < 3; i++) expect(await accessToken.use(T1, echo)).toBe('one');
    expect(reads()).toBe(1);
  });

  it('is read again when the state names another one', async () => {
    const { accessToken, store, reads } = given({ value: 'one', expiresAt: T1 });
    await accessToken.use(T1, echo);
    store('two', T2);
    expect(await accessToken.use(T1, echo)).toBe('one');
    expect(await accessToken.use(T2, echo)).toBe('two');
    expect(await accessToken.use(T2, echo)).toBe('two');
    expect(reads()).toBe(2);
  });

  it('is forgotten when Spotify rejects it, and the error goes on', async () => {
    const { accessToken, store, reads } = given({ value: 'one', expiresAt: T1 });
    expect(await errorOf(accessToken.use(T1, expire))).toBeInstanceOf(AccessTokenExpired);
    store('two', T2);
    expect(await accessToken.use(T1, echo)).toBe('two');
    expect(reads()).toBe(2);
  });

  it('is kept when something else fails', async () => {
    const { accessToken, reads } = given({ value: 'one', expiresAt: T1 });
    const failure = new ServiceUnavailable('502');
    const fail = async () => Promise.reject(failure);
    expect(await errorOf(accessToken.use(T1, fail))).toBe(failure);
    await accessToken.use(T1, echo);
    expect(reads()).toBe(1);
  });

  it('that is not stored leads to FetchToken', async () => {
    const { accessToken, store } = given();
    const error = await errorOf(accessToken.use(T1, echo));
    expect(error).toMatchObject({
      name: 'AccessTokenExpired',
      message: 'No access token is stored',
    });
    store('one', T1);
    expect(await accessToken.use(T1, echo)).toBe('one');
  });
});
