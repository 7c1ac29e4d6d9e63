/**
 * An event of a batch: the index of its record, and its number in an aggregated one. Both in one number,
 * because an object for each event outlives collections of garbage until its batch is written.
 */
export type Origin = number;

const PARTS = 2 ** 32;

export const originOf = (record: number, part = 0): Origin => record * PARTS + part;

export const recordOf = (origin: Origin): number => Math.floor(origin / PARTS);

export const partOf = (origin: Origin): number => origin % PARTS;
