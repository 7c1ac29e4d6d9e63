import { connectEnrichment, connectRouting } from '../../../functions/runtime/stream-clients.ts';
import { closeServersAfterEach, serveReplies } from '../fixtures.ts';

closeServersAfterEach();

const record = { partitionKey: 'a', data: Buffer.from('{}') };
const fault = { status: 503, body: { __type: 'ServiceUnavailableException' } };

/** Environment variables of the functions, with AWS at the given address. */
async function givenService() {
  const server = await serveReplies(fault, fault, {
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: { Records: [{}], RequestResponses: [{}] },
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ENRICHED_STREAM: 'enriched',
    REJECTED_DELIVERY_STREAM: 'rejected',
    SEGMENT: 'usa',
    SEGMENT_STREAM: 'usa',
  });
  return server;
}

describe('The writer owns the retries, so that a call that failed is one request', () => {
  it.each([
    ['of enrichment to its stream', () => connectEnrichment().writeEnriched([record], remaining)],
    [
      'of enrichment to its Firehose',
      () => connectEnrichment().writeRejected([record.data], remaining),
    ],
    ['of a router', () => connectRouting().writeSegment([record], remaining)],
  ])('%s', async (_, write) => {
    const server = await givenService();
    const { calls, unplaced } = await write();
    expect(unplaced).toEqual([]);
    expect({ calls, requests: server.requests.length }).toEqual({ calls: 3, requests: 3 });
  });
});

const remaining = () => 30_000;
