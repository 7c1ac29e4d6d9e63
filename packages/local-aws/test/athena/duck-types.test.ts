import { duckTypeOf } from '../../src/athena/duck-types.ts';

describe('a type of the Glue catalogue', () => {
  it.each([
    ['string', 'VARCHAR'],
    ['bigint', 'BIGINT'],
    ['array<string>', 'VARCHAR[]'],
    ['struct<a:string,b:int>', 'STRUCT("a" VARCHAR, "b" INTEGER)'],
    [
      'array<struct<code:string,sizes:array<int>,at:struct<x:double,y:double>>>',
      'STRUCT("code" VARCHAR, "sizes" INTEGER[], "at" STRUCT("x" DOUBLE, "y" DOUBLE))[]',
    ],
  ])('%s is %s to DuckDB', (glueType, expected) => {
    expect(duckTypeOf(glueType)).toBe(expected);
  });

  it('is rejected when it is unsupported', () => {
    expect(() => duckTypeOf('map<string,int>')).toThrow(/Unsupported type map<string,int>/);
  });
});
