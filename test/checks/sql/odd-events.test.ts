import { ODD_EVENTS } from '../../../checks/sql/odd-events.ts';
import { enrich } from '../../core/sessions/fixtures.ts';

it.each(ODD_EVENTS)('$session is an event that enrichment accepts', ({ session, text }) => {
  expect(enrich(text)).toMatchObject({ partitionKey: session });
});
