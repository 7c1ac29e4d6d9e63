import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { errorOf, everythingOf, givenParameters, storedToken } from '../fixtures.ts';

const expiresAt = '2026-11-21T07:00:00.000Z';

describe('The token store', () => {
  it('reads the credentials decrypted', async () => {
    const { tokens, ssm } = givenParameters({ 'client-id': 'id', 'client-secret': 'secret' });
    expect(await tokens.readCredentials()).toEqual({ clientId: 'id', clientSecret: 'secret' });
    expect(ssm.commandCalls(GetParametersCommand)[0]?.args[0].input).toEqual({
      Names: ['/test/client-id', '/test/client-secret'],
      WithDecryption: true,
    });
  });

  it('reads the token without the credentials, which most functions may not see', async () => {
    const { tokens, ssm } = givenParameters({ 'access-token': storedToken('BQ', expiresAt) });
    expect(await tokens.readToken()).toEqual({ accessToken: 'BQ', expiresAt });
    expect(ssm.commandCalls(GetParametersCommand)[0]?.args[0].input.Names).toEqual([
      '/test/access-token',
    ]);
  });

  it.each([
    [{}, 'client-id'],
    [{ 'client-secret': 's3cret' }, 'client-id'],
    [{ 'client-id': 'id' }, 'client-secret'],
    [{ 'client-id': 'id', 'client-secret': '' }, 'client-secret'],
  ])('names the parameter that is missing of %j, and how to store it', async (initial, missing) => {
    const error = await errorOf(givenParameters(initial).tokens.readCredentials());
    expect(error.name).toBe('InvalidInput');
    expect(error.message).toMatch(
      new RegExp(`^The parameter /test/${missing} is missing: .*put-parameter`),
    );
    expect(everythingOf(error)).not.toContain('s3cret');
  });

  it('has no token before the first run', async () => {
    expect(await givenParameters().tokens.readToken()).toBeUndefined();
  });

  it('saves a token encrypted, over the one before, and reads it back', async () => {
    const { tokens, ssm } = givenParameters({ 'access-token': storedToken('old', expiresAt) });
    await tokens.saveToken({ accessToken: 'new', expiresAt });
    expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input).toMatchObject({
      Name: '/test/access-token',
      Type: 'SecureString',
      Overwrite: true,
    });
    expect(await tokens.readToken()).toEqual({ accessToken: 'new', expiresAt });
  });

  it.each([
    'BQsecret',
    '"BQsecret"',
    '{"accessToken":"BQsecret"}',
    '{"accessToken":"BQsecret","expiresAt":""}',
    '{"accessToken":"BQsecret","expiresAt":7',
  ])('refuses what FetchToken did not write, without quoting it: %s', async (value) => {
    const error = await errorOf(givenParameters({ 'access-token': value }).tokens.readToken());
    expect(error.name).toBe('InvalidInput');
    expect(error.message).toContain('/test/access-token');
    expect(everythingOf(error)).not.toContain('BQsecret');
  });

  it('passes on that it may not read', async () => {
    const { tokens, ssm } = givenParameters();
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    ssm.on(GetParametersCommand).rejects(denied);
    expect(await errorOf(tokens.readToken())).toBe(denied);
  });
});
