import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createPutObject } from '../../src/s3/put-object.ts';
import { createS3 } from '../../src/s3/s3.ts';
import { errorOf } from '../fixtures/error-of.ts';

let folder: string;
let gateway: Gateway;
let app: Awaited<ReturnType<typeof createS3>>;
let failures: NodeJS.ErrnoException[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-put-object-'));
  failures = [];
  app = await createS3(
    folder,
    ['lake'],
    () => {},
    (error) => void failures.push(error),
  );
  gateway = await startGateway({}, app);
});
afterEach(async () => {
  await Promise.all([gateway.close(), app.close()]);
  rmSync(folder, { recursive: true });
});

/** The next puts find a full disk: their first files are the device that is always full. */
function fillDisk({ puts }: { puts: number }): void {
  for (let i = 0; i < puts; i++) {
    symlinkSync('/dev/full', join(folder, `.put-${process.pid}-${i}`));
  }
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('An object for a full disk', () => {
  it('is retried until the disk takes it', async () => {
    fillDisk({ puts: 3 });
    const put = createPutObject(gateway.url, new AbortController().signal);
    await put('Role', 'lake', 'a/b', 'text');
    expect(readFileSync(join(folder, 'lake/a/b'), 'utf8')).toBe('text');
    expect(failures.map(({ code }) => code)).toEqual(['ENOSPC', 'ENOSPC', 'ENOSPC']);
  });

  it('is an error of S3 once the stage ends', async () => {
    fillDisk({ puts: 50 });
    const ending = new AbortController();
    const failed = errorOf(
      createPutObject(gateway.url, ending.signal)('Role', 'lake', 'a', 'text'),
    );
    while (failures.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    ending.abort();
    await expect(failed).resolves.toMatchObject({
      name: 'InternalError',
      message: 'The object cannot be written: ENOSPC',
    });
  });
});

it('An object that S3 rejects is not retried', async () => {
  const put = createPutObject(gateway.url, new AbortController().signal);
  await expect(put('Role', 'other', 'a', 'text')).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
