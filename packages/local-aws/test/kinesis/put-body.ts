/** A PutRecords to the stream s. */
export const headers = {
  'x-amz-target': 'Kinesis_20131202.PutRecords',
  'content-type': 'application/x-amz-json-1.1',
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
  'x-amz-date': '20260101T000000Z',
};
export const putBody = (...data: string[]) =>
  Buffer.from(
    JSON.stringify({
      StreamName: 's',
      Records: data.map((Data) => ({ Data, PartitionKey: 'k' })),
    }),
  );
