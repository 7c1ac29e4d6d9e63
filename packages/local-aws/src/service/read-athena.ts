import { uuidOf } from './uuid.ts';

/** AWS::Athena::NamedQuery, as GetNamedQuery gives it. */
export interface NamedQuery {
  NamedQueryId: string;
  Name: string;
  Description?: string;
  Database: string;
  QueryString: string;
  WorkGroup: string;
}

export interface AthenaSettings {
  namedQueries: NamedQuery[];
  workGroups: { Name: string; Description?: string }[];
}

/** A named query with an id that is the same for the same logical id. */
export function readNamedQuery(
  logicalId: string,
  properties: Omit<NamedQuery, 'NamedQueryId' | 'WorkGroup'> & { WorkGroup?: string },
): NamedQuery {
  return { NamedQueryId: uuidOf(logicalId), WorkGroup: 'primary', ...properties };
}
