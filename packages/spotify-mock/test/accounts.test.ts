import { askForToken, cleanUpAfterEach, givenSpotify, json } from './fixtures.ts';

cleanUpAfterEach();

describe('The accounts service', () => {
  it('issues a token for an hour, by Basic auth or by the form', async () => {
    const spotify = await givenSpotify({ clientId: 'me', clientSecret: 'with:colon' });
    const byHeader = await json(await askForToken(spotify, { id: 'me', secret: 'with:colon' }));
    expect(byHeader).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const form = { grant_type: 'client_credentials', client_id: 'me', client_secret: 'with:colon' };
    const body = new URLSearchParams(form);
    const byForm = await json(await fetch(`${spotify.url}/api/token`, { method: 'POST', body }));
    expect(spotify.tokens).toEqual([byHeader.access_token, byForm.access_token]);
    expect(new Set(spotify.tokens).size).toBe(2);
  });

  it('knows no other credentials', async () => {
    const spotify = await givenSpotify();
    for (const wrong of [{ id: 'x' }, { secret: 'x' }, { secret: '' }]) {
      const response = await askForToken(spotify, wrong);
      expect(response.status).toBe(400);
      expect(await json(response)).toEqual({
        error: 'invalid_client',
        error_description: 'Invalid client',
      });
    }
    expect(spotify.tokens).toEqual([]);
  });

  it('knows no other grant', async () => {
    const response = await askForToken(await givenSpotify(), { grant: 'password' });
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ error: 'unsupported_grant_type' });
  });
});
