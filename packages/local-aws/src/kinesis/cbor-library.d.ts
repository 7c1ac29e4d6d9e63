declare module 'cbor' {
  class Tagged {
    constructor(tag: number, value: unknown);
  }
  const cbor: {
    decodeFirstSync(
      bytes: Buffer,
      options: { tags: Record<number, (value: number) => unknown> },
    ): unknown;
    encodeOne(value: unknown, options: { highWaterMark: number }): Buffer;
    Tagged: typeof Tagged;
  };
  export default cbor;
}
