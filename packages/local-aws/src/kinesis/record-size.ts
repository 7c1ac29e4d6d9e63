import putRecord from 'kinesalite/validations/putRecord.js';
import putRecords from 'kinesalite/validations/putRecords.js';
import { bytesOf } from './stored-records.ts';

const MAX_RECORD_BYTES = 1024 * 1024;

interface Put {
  readonly Data: string;
  readonly PartitionKey: string;
}

/** kinesalite limits the data alone; Kinesis counts the partition key, in UTF-8, as well. */
export function limitRecordSize(): void {
  putRecord.custom = (record: Put) => (isTooLarge(record) ? tooLarge(record, 'data') : undefined);
  putRecords.custom = ({ Records }: { Records: Put[] }) => {
    const index = Records.findIndex(isTooLarge);
    const record = Records[index];
    return record && tooLarge(record, `records.${index + 1}.member.data`);
  };
}

const isTooLarge = ({ Data, PartitionKey }: Put): boolean =>
  bytesOf(Data) + Buffer.byteLength(PartitionKey) > MAX_RECORD_BYTES;

/** As kinesalite words it where the data alone are too large. */
const tooLarge = ({ Data }: Put, member: string): string => {
  const value = `java.nio.HeapByteBuffer[pos=0 lim=${bytesOf(Data)} cap=${bytesOf(Data)}]`;
  return (
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ` +
    `Member must have length less than or equal to ${MAX_RECORD_BYTES}, partition key included`
  );
};
