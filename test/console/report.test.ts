import { writeReport } from '../../console/server/report.ts';
import { HOSTILE, startSeededAccount } from './seeded-account.ts';

it('writes a run as one page without script, that asks nothing of anyone', async () => {
  const name = 'daily-1';
  const aws = await startSeededAccount({ runs: [{ name, missing: { 3: HOSTILE } }] });
  try {
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
    const client = () => ({ endpoint: aws.url, region: 'us-east-1', credentials });
    const page = await writeReport({ stage: 'dev', client });
    for (const text of ['Run daily-1', '1 album of 80 missing', "default-src 'none'"]) {
      expect([text, page.includes(text)]).toEqual([text, true]);
    }
    expect(/<script|<img|<link|@import|url\((?!#)/i.exec(page)).toBeNull();
    expect(page.includes('&lt;/script>&lt;img src=x')).toBe(true);
  } finally {
    await aws.close();
  }
});
